"""Attention among the tokens of a text."""

import torch
from torch import Tensor, nn
from torch.nn import functional


def rotated(values: Tensor) -> Tensor:
    """[B, heads, T, F], each pair of features turned by an angle that grows with the place (Su et al. 2021)."""
    base = 10000.0
    half = values.size(3) // 2
    places = torch.arange(values.size(2), device=values.device, dtype=values.dtype)
    speeds = torch.pow(base, -torch.arange(half, device=values.device, dtype=values.dtype) / half)
    angles = places.unsqueeze(1) * speeds.unsqueeze(0)
    cosine, sine = torch.cos(angles), torch.sin(angles)
    first, second = values[..., :half], values[..., half:]
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], 3)


class Layer(nn.Module):
    """One layer of a Transformer encoder: [B, T, width] and a mask bool [B, T] of what there is -> [B, T, width]."""

    def __init__(self, width: int, heads: int, inner: int, dropout: float, is_before: bool, is_rotary: bool) -> None:
        super().__init__()
        self.heads, self.is_before, self.is_rotary = heads, is_before, is_rotary
        self.asked = nn.Linear(width, 3 * width)
        self.answered = nn.Linear(width, width)
        self.wider = nn.Linear(width, inner)
        self.narrower = nn.Linear(inner, width)
        self.first_norm = nn.LayerNorm(width)
        self.second_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, steps: Tensor, mask: Tensor) -> Tensor:
        if self.is_before:
            steps = steps + self.dropout(self.attended(self.first_norm(steps), mask))
            before: Tensor = steps + self.dropout(self.connected(self.second_norm(steps)))
            return before
        steps = self.first_norm(steps + self.dropout(self.attended(steps, mask)))
        after: Tensor = self.second_norm(steps + self.dropout(self.connected(steps)))
        return after

    def attended(self, steps: Tensor, mask: Tensor) -> Tensor:
        """What each token learns of the others."""
        batch, length, width = steps.size(0), steps.size(1), steps.size(2)
        split = self.asked(steps).reshape(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        queries, keys, values = split[0], split[1], split[2]
        if self.is_rotary:
            queries, keys = rotated(queries), rotated(keys)
        seen = functional.scaled_dot_product_attention(queries, keys, values, mask.unsqueeze(1).unsqueeze(1))
        answered: Tensor = self.answered(seen.transpose(1, 2).reshape(batch, length, width))
        return answered

    def connected(self, steps: Tensor) -> Tensor:
        """What each token makes of itself."""
        connected: Tensor = self.narrower(functional.gelu(self.wider(steps)))
        return connected
