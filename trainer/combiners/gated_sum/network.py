"""The network of the combiner ``gated_sum``."""

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """Encoded blocks [B, n, width] -> [B, width]."""

    def __init__(self, blocks: int, width: int) -> None:
        super().__init__()
        self.gate = nn.Linear(width, width)

    def forward(self, blocks: Tensor) -> Tensor:
        # Block by block: pruning misreads a network in which a linear layer takes three axes.
        gated = [torch.sigmoid(self.gate(block)) * block for block in blocks.unbind(1)]
        return torch.stack(gated).sum(0)
