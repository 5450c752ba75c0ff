"""Numbers of the runs of tokens in texts, by hashing: there is no table of them, and none is unknown."""

import torch
from torch import Tensor


def ngrams(tokens: Tensor, length: int, buckets: int) -> Tensor:
    """int64 [B, T]: of the run of ``length`` tokens that begins at each place of tokens [B, T], a number from 1 to
    ``buckets`` - 1. A run that would reach beyond the text, where 0 stands, has 0.
    """
    prime, factor = 2147483629, 1000003  # the product of two numbers below stays far below 2^63
    sums = tokens
    is_whole = tokens != 0
    following = tokens
    for _ in range(1, length):
        following = torch.cat([following[:, 1:], torch.zeros_like(following[:, :1])], 1)
        sums = torch.remainder(sums * factor + following, prime)
        is_whole = is_whole & (following != 0)
    spread = torch.remainder(torch.remainder((sums + length) * factor, prime) * factor, prime)
    return (torch.remainder(spread, buckets - 1) + 1) * is_whole
