"""The network of the encoder ``recurrent``."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """A block [B, T, F] and its rows' lengths [B] -> [B, units]: padding behind a row changes nothing of it."""

    def __init__(self, inputs: Mapping[str, Sequence[Any]], units: int) -> None:
        super().__init__()
        ((self.block, (_, features)),) = inputs.items()
        self.lengths = f"{self.block}_lengths"
        self.width = units
        self.layer = nn.GRU(features, units, batch_first=True)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        states = self.layer(batch[self.block])[0]
        lengths = batch[self.lengths]
        steps = torch.arange(states.size(1), device=lengths.device)
        is_there = (steps.unsqueeze(0) < lengths.unsqueeze(1)).unsqueeze(2).to(states.dtype)
        mean: Tensor = (states * is_there).sum(1) / is_there.sum(1).clamp(min=1)
        return mean
