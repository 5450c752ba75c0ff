"""The network of the combiner ``attention``."""

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """Encoded blocks [B, n, width] -> [B, width]: the mean of their values, weighed by their keys."""

    def __init__(self, blocks: int, width: int) -> None:
        super().__init__()
        self.key, self.value, self.query = (
            nn.Linear(width, width),
            nn.Linear(width, width),
            nn.Linear(width, 1, bias=False),
        )

    def forward(self, blocks: Tensor) -> Tensor:
        weights: Tensor = torch.softmax(self.query(torch.tanh(self.key(blocks))), 1)
        values: Tensor = self.value(blocks)
        return (weights * values).sum(1)
