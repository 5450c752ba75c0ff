"""Degrees to a point on the circle."""

import torch
from torch import Tensor, nn


class Encode(nn.Module):
    def __init__(self, columns: int) -> None:
        super().__init__()
        self.shape = (2 * columns,)

    def forward(self, degrees: Tensor) -> Tensor:
        radians = torch.deg2rad(degrees)
        return torch.cat([torch.sin(radians), torch.cos(radians)], 1)
