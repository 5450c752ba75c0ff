"""The network of the combiner ``gated_sum``."""

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """Encoded blocks [B, n, width] -> [B, width]."""

    def __init__(self, blocks: int, width: int) -> None:
        super().__init__()
        self.gate = nn.Linear(width, width)

    def forward(self, blocks: Tensor) -> Tensor:
        gates: Tensor = torch.sigmoid(self.gate(blocks))
        return (gates * blocks).sum(1)
