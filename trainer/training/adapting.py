"""What parts of a network learn of the training rows before the first step: such a module has ``adapt(batch)``, which
counts in its ``counts``, and ``settle(rows)``, which makes of the counts of so many rows what the network uses.
"""

from typing import Any

import torch
from torch import nn

from trainer.training.device import to_device
from trainer.training.setting import Setting

PIECE_ROWS = 512


@torch.no_grad()
def adapt(setting: Setting) -> None:
    """Every rank counts its share of the rows; all then know the sums."""
    modules = [module for module in setting.model.network.modules() if hasattr(module, "adapt")]
    if not modules:
        return
    train = setting.data.parts.train
    for piece in setting.data.pieces(setting.ranks.share(train), PIECE_ROWS):
        inputs, _ = to_device(setting.data, piece, setting.ranks, setting.dtype)
        batch = setting.model.encode(inputs)
        for module in modules:
            _adaptive(module).adapt(batch)
    for module in modules:
        setting.ranks.sum(_adaptive(module).counts)
        _adaptive(module).settle(len(train))


def _adaptive(module: nn.Module) -> Any:
    return module
