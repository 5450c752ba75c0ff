"""Attention

The mean of all blocks, weighed by how well each answers a query that is learned (Bahdanau et al. 2015).
"""

from trainer.parts import CombinerSpec


class Spec(CombinerSpec):
    """There is nothing to choose."""
