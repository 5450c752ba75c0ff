"""The network of the encoder ``convolutions``."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn


class Network(nn.Module):
    """One picture [B, C, H, W] -> [B, width].

    No batch normalisation: rows stay independent of each other, so that any number of ranks computes the same.
    """

    def __init__(
        self, inputs: Mapping[str, Sequence[int]], channels: Sequence[int], kernel: int, dropout: float
    ) -> None:
        super().__init__()
        ((self.image, (depth, height, width)),) = inputs.items()
        layers: list[nn.Module] = []
        for wider in channels:
            layers += [nn.Conv2d(depth, wider, kernel, padding=kernel // 2), nn.ReLU()]
            depth = wider
            if min(height, width) >= 2:
                layers.append(nn.MaxPool2d(2))
                height, width = height // 2, width // 2
        self.width = depth * height * width
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(dropout))

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        features: Tensor = self.layers(batch[self.image])
        return features


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    return {"channels": tuple(layer.out_channels for layer in module.modules() if isinstance(layer, nn.Conv2d))}
