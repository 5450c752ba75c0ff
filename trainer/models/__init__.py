"""Networks. ``build(spec, inputs, outputs)`` gives an ``nn.Module`` without preprocessing.

``inputs`` are the shapes of one encoded row by block: (features,) or (C, H, W). The module takes a batch of encoded
blocks, each [B, *shape], and gives [B, outputs]: an encoder (``features(batch)``) and a linear ``head``.
``network.widths(module)`` reads the Spec's fields back from a module, so that a pruned one is a Spec again; a network
without it is not pruned. The Spec says which layouts of blocks the model takes (``layouts_taken``), and how many at
most (``most_blocks``).
"""
