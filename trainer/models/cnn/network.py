"""The network of the component ``cnn``."""

from typing import Any

from torch import Tensor, nn


class Network(nn.Module):
    """One picture [B, C, H, W] -> [B, outputs]: its encoder, fully connected layers, and a linear head."""

    def __init__(self, encoder: Any, layers: Any, outputs: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.layers = layers
        self.head = nn.Linear(layers.width, outputs)

    def features(self, batch: dict[str, Tensor]) -> Tensor:
        """What the head tells from [B, features]."""
        features: Tensor = self.layers({"encoded": self.encoder(batch)})
        return features

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        outputs: Tensor = self.head(self.features(batch))
        return outputs

    def fixed(self) -> list[nn.Module]:
        return [self.head]
