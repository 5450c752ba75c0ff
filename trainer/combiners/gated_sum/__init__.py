"""Gated sum

All blocks added up, each feature times a gate between 0 and 1 that is computed from its block.
"""

from trainer.parts import CombinerSpec


class Spec(CombinerSpec):
    """There is nothing to choose."""
