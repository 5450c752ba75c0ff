"""The network of the component ``mlp``."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """All blocks side by side, each [B, *shape] -> [B, outputs]: an encoder of hidden layers and a linear head."""

    names: list[str]

    def __init__(
        self, inputs: Mapping[str, Sequence[int]], hidden: Sequence[int], dropout: float, outputs: int
    ) -> None:
        super().__init__()
        self.names = list(inputs)
        features = sum(map(prod, inputs.values()))
        encoder: list[nn.Module] = []
        for wider in hidden:
            encoder += [nn.Linear(features, wider), nn.ReLU(), nn.Dropout(dropout)]
            features = wider
        self.encoder = nn.Sequential(*encoder)
        self.head = nn.Linear(features, outputs)

    def features(self, batch: dict[str, Tensor]) -> Tensor:
        """What the head tells from [B, features]."""
        features: Tensor = self.encoder(torch.cat([batch[name].flatten(1) for name in self.names], 1))
        return features

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        outputs: Tensor = self.head(self.features(batch))
        return outputs


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    linear = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    return {"hidden": tuple(layer.out_features for layer in linear[:-1])}
