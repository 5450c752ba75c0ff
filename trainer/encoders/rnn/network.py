"""The network of the encoder ``rnn``."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from trainer.layers.pooling import Pooling
from trainer.layers.recurrent import Recurrent
from trainer.layers.token_vectors import TokenVectors


class Network(nn.Module):
    """Tokens [B, T] and their lengths [B] -> [B, units of all directions]."""

    def __init__(
        self,
        inputs: Mapping[str, Sequence[Any]],
        vocabulary: int,
        cell: str,
        width: int,
        longest_gram: int,
        gram_buckets: int,
        units: int,
        depth: int,
        both_directions: bool,
        pooling: str,
        dropout: float,
    ) -> None:
        super().__init__()
        (self.block,) = inputs
        self.lengths = f"{self.block}_lengths"
        self.width = units * (1 + both_directions)
        self.vectors = TokenVectors(vocabulary, width, longest_gram, gram_buckets)
        widths = [width] + [self.width] * (depth - 1)
        self.layers = nn.ModuleList(Recurrent(cell, own, units, both_directions) for own in widths)
        self.pooling = Pooling(pooling, self.width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        lengths = batch[self.lengths]
        steps = self.dropout(self.vectors(batch[self.block]))
        for layer in self.layers:
            steps = self.dropout(layer(steps, lengths))
        features: Tensor = self.pooling(steps, lengths)
        return features


def widths(module: nn.Module) -> dict[str, Any]:
    """The Spec's fields that give a network with these layers."""
    layers = list(module.modules())
    return {
        "width": next(layer.embedding_dim for layer in layers if isinstance(layer, nn.Embedding)),
        "units": next(layer.hidden_size for layer in layers if isinstance(layer, nn.RNNBase)),
    }
