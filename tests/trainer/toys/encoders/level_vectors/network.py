"""The network of the encoder ``level_vectors``."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from torch import Tensor, nn


class Network(nn.Module):
    """One block [B, levels] -> [B, width]."""

    def __init__(self, inputs: Mapping[str, Sequence[Any]], width: int) -> None:
        super().__init__()
        ((self.block, shape),) = inputs.items()
        self.width = width
        self.table = nn.Linear(prod(shape), width, bias=False)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        features: Tensor = self.table(batch[self.block].flatten(1))
        return features
