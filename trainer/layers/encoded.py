"""The network of a model that is one encoder and a head."""

from typing import Any

from torch import Tensor, nn


class Network(nn.Module):
    """Blocks, each [B, *shape] -> [B, outputs]: one encoder of all of them, and a linear head."""

    def __init__(self, encoder: Any, outputs: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.width, outputs)

    def features(self, batch: dict[str, Tensor]) -> Tensor:
        """What the head tells from [B, features]."""
        features: Tensor = self.encoder(batch)
        return features

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        outputs: Tensor = self.head(self.features(batch))
        return outputs

    def fixed(self) -> list[nn.Module]:
        return [self.head]
