"""The network of the encoder ``text_bag``."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from trainer.layers.ngrams import ngrams

DEVIATION = 0.01  # of fresh vectors: a run that was never learnt says next to nothing


class Network(nn.Module):
    """Tokens [B, T] -> [B, width]: the vectors of all runs, a rare one counting more, divided by the root of the sum of
    their squared weights.
    """

    counts: Tensor
    weights: Tensor

    def __init__(
        self,
        inputs: Mapping[str, Sequence[Any]],
        shortest_run: int,
        longest_run: int,
        least: int,
        buckets: int,
        width: int,
        dropout: float,
    ) -> None:
        super().__init__()
        (self.block,) = inputs
        self.runs = list(range(shortest_run, max(shortest_run, longest_run) + 1))
        self.least = least
        self.buckets = buckets
        self.width = width
        self.vectors = nn.Embedding(buckets, width, padding_idx=0)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("weights", torch.cat([torch.zeros(1), torch.ones(buckets - 1)]))
        self.register_buffer("counts", torch.zeros(buckets), persistent=False)
        with torch.no_grad():
            self.vectors.weight.mul_(DEVIATION)

    def numbers(self, batch: dict[str, Tensor]) -> Tensor:
        """Of all runs [B, runs], 0 where there is none."""
        tokens = batch[self.block]
        runs: list[Tensor] = []
        for length in self.runs:
            runs.append(ngrams(tokens, length, self.buckets))
        return torch.cat(runs, 1)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        numbers = self.numbers(batch)
        weights = self.weights[numbers].unsqueeze(2)
        summed = (self.vectors(numbers) * weights).sum(1)
        features: Tensor = self.dropout(summed / weights.square().sum(1).sqrt().clamp(min=1e-3))
        return features

    @torch.jit.unused
    def adapt(self, batch: dict[str, Tensor]) -> None:
        """Count in how many rows each run stands."""
        numbers = self.numbers(batch)
        rows = torch.arange(len(numbers), device=numbers.device).unsqueeze(1)
        different = torch.unique(numbers + rows * self.buckets) % self.buckets
        self.counts += torch.bincount(different, minlength=self.buckets)

    @torch.jit.unused
    def settle(self, rows: int) -> None:
        """The inverse document frequency of each run (Sparck Jones 1972); those that are too rare count nothing."""
        weights = torch.log((rows + 1) / (self.counts + 1)) + 1
        self.weights.copy_(torch.where(self.counts < self.least, 0.0, weights))
        self.weights[0] = 0


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    return {"width": next(layer.embedding_dim for layer in module.modules() if isinstance(layer, nn.Embedding))}
