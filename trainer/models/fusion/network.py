"""The network of the component ``fusion``."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """Blocks, each [B, *shape] -> [B, outputs]: an encoder a block, brought to one ``width``, a combiner, fully
    connected layers, and a linear head.
    """

    def __init__(self, encoders: Mapping[str, Any], combiner: nn.Module, layers: Any, width: int, outputs: int) -> None:
        super().__init__()
        self.encoders = nn.ModuleDict(encoders)
        self.projections = nn.ModuleDict({name: nn.Linear(part.width, width) for name, part in encoders.items()})
        self.combiner = combiner
        self.layers = layers
        self.head = nn.Linear(layers.width, outputs)

    def features(self, batch: dict[str, Tensor]) -> Tensor:
        """What the head tells from [B, features]."""
        encoded: list[Tensor] = []
        for encoder, projection in zip(self.encoders.values(), self.projections.values()):  # noqa: B905 - no keyword in TorchScript
            encoded.append(projection(encoder(batch)))
        features: Tensor = self.layers({"combined": self.combiner(torch.stack(encoded, 1))})
        return features

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        outputs: Tensor = self.head(self.features(batch))
        return outputs

    def fixed(self) -> list[nn.Module]:
        return [self.head, *self.projections.values()]
