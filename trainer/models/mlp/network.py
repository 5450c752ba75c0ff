"""The network of the component ``mlp``."""

from collections.abc import Sequence
from math import prod
from typing import Any

from torch import Tensor, nn


class Network(nn.Module):
    """[B, *inputs] -> [B, outputs]: an encoder of hidden layers and a linear head."""

    def __init__(self, inputs: Sequence[int], hidden: Sequence[int], dropout: float, outputs: int) -> None:
        super().__init__()
        features = prod(inputs)
        encoder: list[nn.Module] = [nn.Flatten()]
        for wider in hidden:
            encoder += [nn.Linear(features, wider), nn.ReLU(), nn.Dropout(dropout)]
            features = wider
        self.encoder = nn.Sequential(*encoder)
        self.head = nn.Linear(features, outputs)

    def forward(self, rows: Tensor) -> Tensor:
        outputs: Tensor = self.head(self.encoder(rows))
        return outputs


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    linear = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    return {"hidden": tuple(layer.out_features for layer in linear[:-1])}
