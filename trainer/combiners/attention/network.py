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
        # Block by block: pruning misreads a network in which a linear layer takes three axes.
        every = blocks.unbind(1)
        weights = torch.softmax(torch.stack([self.query(torch.tanh(self.key(block))) for block in every]), 0)
        values = torch.stack([self.value(block) for block in every])
        return (weights * values).sum(0)
