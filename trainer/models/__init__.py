"""Networks. ``build(spec, inputs, outputs)`` gives an ``nn.Module`` without preprocessing.

``inputs`` is the shape of one preprocessed row: (C, H, W) or (features,). The module takes [B, *inputs] and gives
[B, outputs]. ``network.widths(module)`` reads the Spec's fields back from a module, so that a pruned one is a Spec again.
"""
