"""The network of the combiner ``concatenation``."""

from torch import Tensor, nn


class Network(nn.Module):
    """Encoded blocks [B, n, width] -> [B, n * width]."""

    def __init__(self, blocks: int, width: int) -> None:
        super().__init__()

    def forward(self, blocks: Tensor) -> Tensor:
        return blocks.flatten(1)
