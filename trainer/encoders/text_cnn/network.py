"""The network of the encoder ``text_cnn``."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from trainer.layers.pooling import Pooling
from trainer.layers.token_vectors import TokenVectors


class Network(nn.Module):
    """Tokens [B, T] and their lengths [B] -> [B, channels of all kernels]."""

    def __init__(
        self,
        inputs: Mapping[str, Sequence[Any]],
        vocabulary: int,
        width: int,
        longest_gram: int,
        gram_buckets: int,
        kernels: Sequence[int],
        channels: int,
        dropout: float,
    ) -> None:
        super().__init__()
        (self.block,) = inputs
        self.lengths = f"{self.block}_lengths"
        self.width = channels * len(kernels)
        self.vectors = TokenVectors(vocabulary, width, longest_gram, gram_buckets)
        self.convolutions = nn.ModuleList(nn.Conv1d(width, channels, size, padding=size // 2) for size in kernels)
        self.pooling = Pooling("maximum", channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        tokens, lengths = batch[self.block], batch[self.lengths]
        steps = self.dropout(self.vectors(tokens)).transpose(1, 2)
        pooled: list[Tensor] = []
        for convolution in self.convolutions:
            matches = torch.relu(convolution(steps))  # an even kernel has one more, which pooling leaves out
            pooled.append(self.pooling(matches.transpose(1, 2), lengths))
        features: Tensor = self.dropout(torch.cat(pooled, 1))
        return features


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    layers = list(module.modules())
    return {
        "width": next(layer.embedding_dim for layer in layers if isinstance(layer, nn.Embedding)),
        "channels": next(layer.out_channels for layer in layers if isinstance(layer, nn.Conv1d)),
    }
