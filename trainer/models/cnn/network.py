"""The network of the component ``cnn``."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn


class Network(nn.Module):
    """[B, C, H, W] -> [B, outputs]: an encoder of convolutions and a head of fully connected layers.

    No batch normalisation: rows stay independent of each other, so that any number of ranks computes the same.
    """

    def __init__(self, inputs: Sequence[int], channels: Sequence[int], kernel: int, hidden: Sequence[int],
                 dropout: float, outputs: int) -> None:
        super().__init__()
        depth, height, width = inputs
        encoder: list[nn.Module] = []
        for wider in channels:
            encoder += [nn.Conv2d(depth, wider, kernel, padding=kernel // 2), nn.ReLU()]
            depth = wider
            if min(height, width) >= 2:
                encoder.append(nn.MaxPool2d(2))
                height, width = height // 2, width // 2
        self.encoder = nn.Sequential(*encoder)
        features = depth * height * width
        head: list[nn.Module] = [nn.Flatten(), nn.Dropout(dropout)]
        for wider in hidden:
            head += [nn.Linear(features, wider), nn.ReLU(), nn.Dropout(dropout)]
            features = wider
        self.head = nn.Sequential(*head, nn.Linear(features, outputs))

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.head(self.encoder(images))
        return logits


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    convolutions = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    linear = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    return {"channels": tuple(layer.out_channels for layer in convolutions),
            "hidden": tuple(layer.out_features for layer in linear[:-1])}
