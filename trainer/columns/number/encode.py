"""Raw numbers to features. Plain torch: it can be scripted and exported with the network."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Encode(nn.Module):
    """Numbers [B, n] -> features [B, n + flagged]: filled where missing (NaN), then standardised; a column listed in
    ``flagged`` also gives 1 where it was missing."""

    fill: Tensor
    mean: Tensor
    scale: Tensor
    flagged: Tensor

    def __init__(self, fill: Sequence[float], mean: Sequence[float], scale: Sequence[float], flagged: Sequence[int]) -> None:
        super().__init__()
        self.has_flags = len(flagged) > 0
        self.shape = (len(fill) + len(flagged),)
        for name, values in (("fill", fill), ("mean", mean), ("scale", scale)):
            self.register_buffer(name, torch.tensor(values, dtype=torch.get_default_dtype()))
        self.register_buffer("flagged", torch.tensor(flagged, dtype=torch.int64))

    def forward(self, numbers: Tensor) -> Tensor:
        missing = torch.isnan(numbers)
        features = (torch.where(missing, self.fill, numbers) - self.mean) / self.scale
        if self.has_flags:
            features = torch.cat([features, torch.index_select(missing, 1, self.flagged).to(numbers.dtype)], dim=1)
        return features
