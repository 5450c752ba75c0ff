"""The network of the encoder ``transformer_encoder``."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from trainer.layers.attention import Layer
from trainer.layers.pooling import Pooling, is_there
from trainer.layers.token_vectors import TokenVectors

DEVIATION = 0.02  # of fresh vectors


class Network(nn.Module):
    """Tokens [B, T] and their lengths [B] -> [B, width]."""

    def __init__(
        self,
        inputs: Mapping[str, Sequence[Any]],
        vocabulary: int,
        longest: int,
        width: int,
        longest_gram: int,
        gram_buckets: int,
        heads: int,
        depth: int,
        inner: int,
        norm: str,
        positions: str,
        pooling: str,
        dropout: float,
    ) -> None:
        super().__init__()
        (self.block,) = inputs
        self.lengths = f"{self.block}_lengths"
        self.width = width
        self.has_class_token = pooling == "class_token"
        self.vectors = TokenVectors(vocabulary, width, longest_gram, gram_buckets)
        self.class_token = nn.Parameter(torch.randn(1, 1, width) * DEVIATION)
        self.is_learned = positions == "learned"
        self.places = nn.Embedding(longest + 1 if self.is_learned else 1, width)
        is_before = norm == "before"
        self.layers = nn.ModuleList(
            Layer(width, heads, inner, dropout, is_before, not self.is_learned) for _ in range(depth)
        )
        self.norm = nn.LayerNorm(width) if is_before else nn.Identity()
        self.pooling = Pooling("mean", width)
        self.dropout = nn.Dropout(dropout)
        with torch.no_grad():
            self.places.weight.mul_(DEVIATION)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        lengths = batch[self.lengths]
        steps = self.vectors(batch[self.block])
        if self.has_class_token:
            steps = torch.cat([self.class_token.expand(steps.size(0), -1, -1), steps], 1)
            lengths = lengths + 1
        if self.is_learned:
            places = torch.arange(steps.size(1), device=steps.device).clamp(max=self.places.num_embeddings - 1)
            steps = steps + self.places(places)
        steps = self.dropout(steps)
        mask = is_there(lengths, steps.size(1))
        for layer in self.layers:
            steps = layer(steps, mask)
        steps = self.norm(steps)
        features: Tensor = steps[:, 0] if self.has_class_token else self.pooling(steps, lengths)
        return features


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    return {"inner": next(layer.wider.out_features for layer in module.modules() if isinstance(layer, Layer))}


def fixed(module: nn.Module) -> list[nn.Module]:
    """All but the inner parts: the heads share the width, and turn pairs of its features by angles of their own."""
    inner = {layer.wider for layer in module.modules() if isinstance(layer, Layer)}
    return [layer for layer in module.modules() if not list(layer.children()) and layer not in inner]
