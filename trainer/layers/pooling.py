"""One row of features out of steps [B, T, F] of which each row has so many, lengths [B]; what stands behind changes
nothing.
"""

import torch
from torch import Tensor, nn


def is_there(lengths: Tensor, steps: int) -> Tensor:
    """bool [B, T]: whether a row has that step."""
    return torch.arange(steps, device=lengths.device).unsqueeze(0) < lengths.unsqueeze(1)


class Pooling(nn.Module):
    """``how`` is "mean", "maximum", "last" or "attention", which learns how much each step counts."""

    def __init__(self, how: str, width: int) -> None:
        super().__init__()
        self.how = how
        self.score = nn.Linear(width, 1) if how == "attention" else nn.Identity()

    def forward(self, steps: Tensor, lengths: Tensor) -> Tensor:
        mask = is_there(lengths, steps.size(1)).unsqueeze(2)
        if self.how == "maximum":
            return steps.masked_fill(~mask, float("-inf")).amax(1)
        if self.how == "last":
            places = (lengths - 1).reshape(-1, 1, 1).expand(-1, 1, steps.size(2))
            return steps.gather(1, places).squeeze(1)
        if self.how == "attention":
            scores = self.score(steps).masked_fill(~mask, float("-inf"))
            return (steps * torch.softmax(scores, 1)).sum(1)
        weights = mask.to(steps.dtype)
        return (steps * weights).sum(1) / weights.sum(1)
