"""The network of the encoder ``layers``."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """All blocks side by side, each [B, *shape] -> [B, width]."""

    names: list[str]

    def __init__(self, inputs: Mapping[str, Sequence[int]], hidden: Sequence[int], dropout: float) -> None:
        super().__init__()
        self.names = list(inputs)
        self.width = sum(map(prod, inputs.values()))
        layers: list[nn.Module] = []
        for wider in hidden:
            layers += [nn.Linear(self.width, wider), nn.ReLU(), nn.Dropout(dropout)]
            self.width = wider
        self.layers = nn.Sequential(*layers)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        features: Tensor = self.layers(torch.cat([batch[name].flatten(1) for name in self.names], 1))
        return features


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    return {"hidden": tuple(layer.out_features for layer in module.modules() if isinstance(layer, nn.Linear))}
