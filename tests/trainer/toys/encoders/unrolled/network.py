"""The network of the encoder ``unrolled``."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """Tokens [B, T] and their lengths [B] -> [B, units]: padding behind a row changes nothing of it. T is a plain
    number of Python's here, hence a constant of a traced graph.
    """

    def __init__(self, inputs: Mapping[str, Sequence[Any]], vocabulary: int, units: int) -> None:
        super().__init__()
        (self.block,) = inputs
        self.lengths = f"{self.block}_lengths"
        self.width = units
        self.vectors = nn.Embedding(vocabulary, units, padding_idx=0)
        self.cell = nn.Linear(2 * units, units)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        vectors, lengths = self.vectors(batch[self.block]), batch[self.lengths].unsqueeze(1)
        state = torch.zeros_like(vectors[:, 0])
        for step in range(int(batch[self.block].size(1))):
            vector = vectors[:, step : step + 1].sum(1)
            state = torch.where(step < lengths, torch.tanh(self.cell(torch.cat([vector, state], 1))), state)
        return state
