"""Combiners: what makes one row of features of several, one a block, for models that are put together of parts.

A component is a folder. Its ``Spec``, made from ``CombinerSpec``, says how many features it gives (``width_of``). Its
``network.py`` imports torch alone, for it is shipped with weights: ``Network(blocks, width, **fields)``, with how many
blocks there are and the features of each, takes them stacked [B, blocks, width] and gives [B, features].
"""
