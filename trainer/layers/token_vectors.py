"""Vectors of tokens, and of runs of some of them."""

import torch
from torch import Tensor, nn

from trainer.layers.ngrams import ngrams

DEVIATION = 0.1  # of fresh vectors: a token that was hardly ever learnt says little
DEVIATION_OF_GRAMS = 0.01  # most of which are rare


class TokenVectors(nn.Module):
    """Numbers of tokens [B, T] -> [B, T, width]; padding, which is 0, is nothing but zeros. To the vector of a token
    those of the runs of 2 to ``longest_gram`` tokens that begin with it are added, which share ``gram_buckets`` vectors
    by hashing.
    """

    lengths: list[int]

    def __init__(self, vocabulary: int, width: int, longest_gram: int, gram_buckets: int) -> None:
        super().__init__()
        self.table = nn.Embedding(vocabulary, width, padding_idx=0)
        self.lengths = list(range(2, longest_gram + 1))
        self.buckets = gram_buckets
        self.grams = nn.Embedding(gram_buckets, width, padding_idx=0) if self.lengths else nn.Identity()
        with torch.no_grad():
            self.table.weight.mul_(DEVIATION)
            for fresh in self.grams.parameters():
                fresh.mul_(DEVIATION_OF_GRAMS)

    def forward(self, tokens: Tensor) -> Tensor:
        vectors: Tensor = self.table(tokens)
        for length in self.lengths:
            vectors = vectors + self.grams(ngrams(tokens, length, self.buckets))
        return vectors
