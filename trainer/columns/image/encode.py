"""Raw pixels to a picture for a network. Plain torch: it can be scripted and exported with the network."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Encode(nn.Module):
    """Pixels [B, C, H, W] from 0 to 255 -> each channel with about mean 0 and variance 1."""

    mean: Tensor
    scale: Tensor

    def __init__(self, mean: Sequence[float], scale: Sequence[float], shape: Sequence[int]) -> None:
        super().__init__()
        self.shape = tuple(shape)
        self.register_buffer("mean", torch.tensor(mean).reshape(-1, 1, 1))
        self.register_buffer("scale", torch.tensor(scale).reshape(-1, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        return (pixels - self.mean) / self.scale
