"""The network of the component ``fusion``."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """Blocks, each [B, features] or [B, C, H, W] -> [B, outputs]: an encoder a block, a combiner, and a linear head."""

    def __init__(
        self,
        inputs: Mapping[str, Sequence[int]],
        combiner: str,
        width: int,
        hidden: Sequence[int],
        channels: Sequence[int],
        kernel: int,
        dropout: float,
        outputs: int,
    ) -> None:
        super().__init__()
        encoders = {
            name: (
                _of_picture(shape, channels, kernel, width, dropout)
                if len(shape) == 3
                else _of_vector(shape[0], hidden, width, dropout)
            )
            for name, shape in inputs.items()
        }
        self.encoders = nn.ModuleDict(encoders)
        self.combiner = COMBINERS[combiner](len(encoders), width)
        self.head = nn.Linear(width * len(encoders) if combiner == "concatenation" else width, outputs)

    def features(self, batch: dict[str, Tensor]) -> Tensor:
        """What the head tells from [B, features]."""
        encoded: list[Tensor] = []
        for name, encoder in self.encoders.items():
            encoded.append(encoder(batch[name]))
        features: Tensor = self.combiner(torch.stack(encoded, 1))
        return features

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        outputs: Tensor = self.head(self.features(batch))
        return outputs


def _of_vector(features: int, hidden: Sequence[int], width: int, dropout: float) -> nn.Module:
    layers: list[nn.Module] = []
    for wider in (*hidden, width):
        layers += [nn.Linear(features, wider), nn.ReLU(), nn.Dropout(dropout)]
        features = wider
    return nn.Sequential(*layers)


def _of_picture(shape: Sequence[int], channels: Sequence[int], kernel: int, width: int, dropout: float) -> nn.Module:
    """No batch normalisation: rows stay independent of each other, so that any number of ranks computes the same."""
    depth, height, wide = shape
    layers: list[nn.Module] = []
    for wider in channels:
        layers += [nn.Conv2d(depth, wider, kernel, padding=kernel // 2), nn.ReLU()]
        depth = wider
        if min(height, wide) >= 2:
            layers.append(nn.MaxPool2d(2))
            height, wide = height // 2, wide // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(depth * height * wide, width), nn.ReLU(), nn.Dropout(dropout))


class Concatenation(nn.Module):
    """Encoded blocks [B, n, width] -> [B, n * width]: side by side."""

    def __init__(self, blocks: int, width: int) -> None:
        super().__init__()

    def forward(self, blocks: Tensor) -> Tensor:
        return blocks.flatten(1)


class GatedSum(nn.Module):
    """Encoded blocks [B, n, width] -> [B, width]: each times a gate between 0 and 1 that is computed from it, added
    up.
    """

    def __init__(self, blocks: int, width: int) -> None:
        super().__init__()
        self.gate = nn.Linear(width, width)

    def forward(self, blocks: Tensor) -> Tensor:
        gates: Tensor = torch.sigmoid(self.gate(blocks))
        return (gates * blocks).sum(1)


class Attention(nn.Module):
    """Encoded blocks [B, n, width] -> [B, width]: the mean of their values, weighed by how well their keys answer a
    query that is learned (Bahdanau et al. 2015).
    """

    def __init__(self, blocks: int, width: int) -> None:
        super().__init__()
        self.key, self.value, self.query = (
            nn.Linear(width, width),
            nn.Linear(width, width),
            nn.Linear(width, 1, bias=False),
        )

    def forward(self, blocks: Tensor) -> Tensor:
        weights: Tensor = torch.softmax(self.query(torch.tanh(self.key(blocks))), 1)
        values: Tensor = self.value(blocks)
        return (weights * values).sum(1)


COMBINERS = {"concatenation": Concatenation, "gated sum": GatedSum, "attention": Attention}
