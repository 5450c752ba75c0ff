"""Encoders: what makes features of blocks of columns, for models that are put together of parts.

A component is a folder. Its ``Spec``, made from ``EncoderSpec``, says which layouts of blocks it takes
(``layouts_taken``) and how many features it makes of them (``width_of``). Its ``network.py`` imports torch alone, for
it is shipped with weights:

- ``Network(inputs, **fields)``, with the shapes of the encoded blocks by name and the Spec's own fields. It takes the
  whole batch of encoded blocks, of which it reads those of ``inputs``, and gives features [B, width]. A block of a free
  length [B, T, …] has its rows' lengths beside it, int64 [B], by the block's name and ``_lengths``.
- ``widths(module)``, the Spec's fields that give a network with the layers of this one, for pruning; an encoder without
  it keeps its layers.
"""
