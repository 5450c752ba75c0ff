"""The network of the encoder ``text_bag``."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from trainer.layers.ngrams import ngrams


class Network(nn.Module):
    """Tokens [B, T] -> [B, width]: the vectors of all runs, each whole one counting the same."""

    def __init__(
        self,
        inputs: Mapping[str, Sequence[Any]],
        shortest_run: int,
        longest_run: int,
        buckets: int,
        width: int,
        dropout: float,
    ) -> None:
        super().__init__()
        (self.block,) = inputs
        self.runs = list(range(shortest_run, max(shortest_run, longest_run) + 1))
        self.buckets = buckets
        self.width = width
        self.vectors = nn.Embedding(buckets, width, padding_idx=0)
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        tokens = batch[self.block]
        runs: list[Tensor] = []
        for length in self.runs:
            runs.append(ngrams(tokens, length, self.buckets))
        numbers = torch.cat(runs, 1)
        vectors = self.vectors(numbers)
        count = (numbers != 0).sum(1, keepdim=True).clamp(min=1).to(vectors.dtype)
        features: Tensor = self.dropout(vectors.sum(1) / torch.sqrt(count))
        return features


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    return {"width": next(layer.embedding_dim for layer in module.modules() if isinstance(layer, nn.Embedding))}
