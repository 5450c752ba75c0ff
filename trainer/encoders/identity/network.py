"""The network of the encoder ``identity``."""

from collections.abc import Mapping, Sequence
from math import prod

from torch import Tensor, nn


class Network(nn.Module):
    """One block [B, *shape] -> [B, width]."""

    def __init__(self, inputs: Mapping[str, Sequence[int]]) -> None:
        super().__init__()
        ((self.block, shape),) = inputs.items()
        self.width = prod(shape)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        return batch[self.block].flatten(1)
