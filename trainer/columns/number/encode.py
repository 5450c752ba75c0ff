"""Raw numbers to features. Plain torch: it can be scripted and exported with the network."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

LARGEST = 1e4  # deviations; the square of more would not fit into float32
SOFT = 3.0  # deviations, beyond which no value counts for more


class Encode(nn.Module):
    """Numbers [B, n] -> features [B, n + flagged]: filled where missing (NaN), cut off at ``low`` and ``high`` where
    these are given, scaled, and clipped smoothly; a column listed in ``flagged`` also gives 1 where it was missing.

    Center and scale from quantiles, then x / sqrt(1 + (x / c)²), as Holzmüller et al., "Better by Default" (2024): no
    cell, however wild, can drown the others.
    """

    center: Tensor
    scale: Tensor
    fill: Tensor
    low: Tensor
    high: Tensor
    flagged: Tensor

    def __init__(
        self,
        center: Sequence[float],
        scale: Sequence[float],
        flagged: Sequence[int],
        fill: Sequence[float] = (),
        low: Sequence[float] = (),
        high: Sequence[float] = (),
    ) -> None:
        super().__init__()
        self.largest, self.soft = LARGEST, SOFT  # a scripted module sees no globals
        self.has_flags = len(flagged) > 0
        self.has_bounds = len(low) > 0
        self.shape = (len(center) + len(flagged),)
        constants = {"center": center, "scale": scale, "fill": fill or center, "low": low, "high": high}
        for name, values in constants.items():
            self.register_buffer(name, torch.tensor(values, dtype=torch.get_default_dtype()))
        self.register_buffer("flagged", torch.tensor(flagged, dtype=torch.int64))

    def forward(self, numbers: Tensor) -> Tensor:
        missing = torch.isnan(numbers)
        filled = torch.where(missing, self.fill, numbers)
        if self.has_bounds:
            filled = torch.minimum(torch.maximum(filled, self.low), self.high)
        scaled = torch.clamp((filled - self.center) / self.scale, -self.largest, self.largest)
        features = scaled / torch.sqrt(1 + (scaled / self.soft) ** 2)
        if self.has_flags:
            features = torch.cat([features, torch.index_select(missing, 1, self.flagged).to(numbers.dtype)], dim=1)
        return features
