"""Vectors of tokens, and of pairs of them."""

import torch
from torch import Tensor, nn

from trainer.layers.ngrams import ngrams

DEVIATION = 0.1  # of fresh vectors: a token that was hardly ever learnt says little
DEVIATION_OF_PAIRS = 0.01  # most of which are rare


class TokenVectors(nn.Module):
    """Numbers of tokens [B, T] -> [B, T, width]; padding, which is 0, is nothing but zeros. To the vector of a token
    that of the pair which begins with it is added, of which there are ``pairs`` by hashing.
    """

    def __init__(self, vocabulary: int, width: int, pairs: int) -> None:
        super().__init__()
        self.table = nn.Embedding(vocabulary, width, padding_idx=0)
        self.buckets = pairs
        self.pairs = nn.Embedding(pairs, width, padding_idx=0) if pairs > 1 else nn.Identity()
        with torch.no_grad():
            self.table.weight.mul_(DEVIATION)
            for fresh in self.pairs.parameters():
                fresh.mul_(DEVIATION_OF_PAIRS)

    def forward(self, tokens: Tensor) -> Tensor:
        vectors: Tensor = self.table(tokens)
        if self.buckets > 1:
            vectors = vectors + self.pairs(ngrams(tokens, 2, self.buckets))
        return vectors
