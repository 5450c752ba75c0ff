"""Vectors of tokens."""

import torch
from torch import Tensor, nn

DEVIATION = 0.1  # of fresh vectors: a token that was hardly ever learnt says little


class TokenVectors(nn.Module):
    """Numbers of tokens [B, T] -> [B, T, width]; padding, which is 0, is nothing but zeros."""

    def __init__(self, vocabulary: int, width: int) -> None:
        super().__init__()
        self.table = nn.Embedding(vocabulary, width, padding_idx=0)
        with torch.no_grad():
            self.table.weight.mul_(DEVIATION)

    def forward(self, tokens: Tensor) -> Tensor:
        vectors: Tensor = self.table(tokens)
        return vectors
