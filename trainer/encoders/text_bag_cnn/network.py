"""The network of the encoder ``text_bag_cnn``."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from trainer.encoders.text_bag.network import Network as Bag
from trainer.encoders.text_cnn.network import Network as Patterns


class Network(nn.Module):
    """Tokens [B, T] and their lengths [B] -> [B, bag_width + channels of all kernels]."""

    def __init__(
        self,
        inputs: Mapping[str, Sequence[Any]],
        vocabulary: int,
        shortest_run: int,
        longest_run: int,
        least: int,
        buckets: int,
        bag_width: int,
        width: int,
        longest_gram: int,
        gram_buckets: int,
        kernels: Sequence[int],
        channels: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.bag = Bag(inputs, shortest_run, longest_run, least, buckets, bag_width, 0.0)
        self.patterns = Patterns(inputs, vocabulary, width, longest_gram, gram_buckets, kernels, channels, dropout)
        self.width = self.bag.width + self.patterns.width

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        features: Tensor = torch.cat([self.bag(batch), self.patterns(batch)], 1)
        return features


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    (bag,) = (part for part in module.modules() if isinstance(part, Bag))
    (patterns,) = (part for part in module.modules() if isinstance(part, Patterns))
    channels = next(layer.out_channels for layer in patterns.modules() if isinstance(layer, nn.Conv1d))
    return {"bag_width": bag.vectors.embedding_dim, "width": patterns.vectors.table.embedding_dim, "channels": channels}
