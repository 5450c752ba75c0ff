"""Recurrent layers that export with free lengths: a second direction is a layer over rows reversed within
their length, for packed sequences do not export.
"""

import torch
from torch import Tensor, nn


def reversed_within(steps: Tensor, lengths: Tensor) -> Tensor:
    """[B, T, F] with the first ``lengths`` [B] steps of each row in opposite order; the others stay."""
    places = torch.arange(steps.size(1), device=lengths.device).unsqueeze(0)
    mirrored = lengths.unsqueeze(1) - 1 - places
    source = torch.where(mirrored >= 0, mirrored, places)
    return steps.gather(1, source.unsqueeze(2).expand(-1, -1, steps.size(2)))


class OneWay(nn.Module):
    """A layer of ``cell`` "plain", "gru" or "lstm": [B, T, F] -> [B, T, units]."""

    def __init__(self, cell: str, features: int, units: int) -> None:
        super().__init__()
        layers = {"plain": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
        self.layer = layers[cell](features, units, batch_first=True)

    def forward(self, steps: Tensor) -> Tensor:
        states: Tensor = self.layer(steps)[0]
        return states


class Recurrent(nn.Module):
    """One layer, in one direction or both: [B, T, F] and lengths [B] -> [B, T, width]."""

    def __init__(self, cell: str, features: int, units: int, both: bool) -> None:
        super().__init__()
        self.both = both
        self.width = units * (1 + both)
        self.forth = OneWay(cell, features, units)
        self.back = OneWay(cell, features, units) if both else nn.Identity()

    def forward(self, steps: Tensor, lengths: Tensor) -> Tensor:
        states: Tensor = self.forth(steps)
        if self.both:
            back = reversed_within(self.back(reversed_within(steps, lengths)), lengths)
            states = torch.cat([states, back], 2)
        return states
