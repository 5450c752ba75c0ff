"""The network of the component ``cnn``."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn


class Network(nn.Module):
    """One picture [B, C, H, W] -> [B, outputs]: an encoder of convolutions and fully connected layers, and a linear
    head.

    No batch normalisation: rows stay independent of each other, so that any number of ranks computes the same.
    """

    def __init__(
        self,
        inputs: Mapping[str, Sequence[int]],
        channels: Sequence[int],
        kernel: int,
        hidden: Sequence[int],
        dropout: float,
        outputs: int,
    ) -> None:
        super().__init__()
        ((self.image, (depth, height, width)),) = inputs.items()
        encoder: list[nn.Module] = []
        for wider in channels:
            encoder += [nn.Conv2d(depth, wider, kernel, padding=kernel // 2), nn.ReLU()]
            depth = wider
            if min(height, width) >= 2:
                encoder.append(nn.MaxPool2d(2))
                height, width = height // 2, width // 2
        features = depth * height * width
        encoder += [nn.Flatten(), nn.Dropout(dropout)]
        for wider in hidden:
            encoder += [nn.Linear(features, wider), nn.ReLU(), nn.Dropout(dropout)]
            features = wider
        self.encoder = nn.Sequential(*encoder)
        self.head = nn.Linear(features, outputs)

    def features(self, batch: dict[str, Tensor]) -> Tensor:
        """What the head tells from [B, features]."""
        features: Tensor = self.encoder(batch[self.image])
        return features

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        outputs: Tensor = self.head(self.features(batch))
        return outputs


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    convolutions = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    linear = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    return {
        "channels": tuple(layer.out_channels for layer in convolutions),
        "hidden": tuple(layer.out_features for layer in linear[:-1]),
    }
