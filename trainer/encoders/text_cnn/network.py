"""The network of the encoder ``text_cnn``."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from trainer.layers.ngrams import ngrams
from trainer.layers.pooling import Pooling
from trainer.layers.token_vectors import TokenVectors

DEVIATION = 0.01  # of fresh vectors of pairs, most of which are rare


class Network(nn.Module):
    """Tokens [B, T] and their lengths [B] -> [B, channels of all kernels]."""

    def __init__(
        self,
        inputs: Mapping[str, Sequence[Any]],
        vocabulary: int,
        width: int,
        pairs: int,
        kernels: Sequence[int],
        channels: int,
        dropout: float,
    ) -> None:
        super().__init__()
        (self.block,) = inputs
        self.lengths = f"{self.block}_lengths"
        self.width = channels * len(kernels)
        self.buckets = pairs
        self.vectors = TokenVectors(vocabulary, width)
        self.pairs = nn.Embedding(pairs, width, padding_idx=0) if pairs > 1 else nn.Identity()
        self.convolutions = nn.ModuleList(nn.Conv1d(width, channels, size, padding=size // 2) for size in kernels)
        self.pooling = Pooling("maximum", channels)
        self.dropout = nn.Dropout(dropout)
        with torch.no_grad():
            for fresh in self.pairs.parameters():
                fresh.mul_(DEVIATION)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        tokens, lengths = batch[self.block], batch[self.lengths]
        vectors = self.vectors(tokens)
        if self.buckets > 1:
            vectors = vectors + self.pairs(ngrams(tokens, 2, self.buckets))
        steps = self.dropout(vectors).transpose(1, 2)
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
