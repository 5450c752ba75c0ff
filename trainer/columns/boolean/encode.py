"""Raw yes or no to features. Plain torch: it can be scripted and exported with the network."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Encode(nn.Module):
    """Values int64 [B, n], 1, 0, or -1 where one is missing -> features [B, n + flagged]: 1, -1, or 0 where it is
    missing and ``fill`` gives nothing for it; a column listed in ``flagged`` also gives 1 where it was missing.
    """

    flagged: Tensor
    fill: Tensor
    one: Tensor

    def __init__(self, columns: int, flagged: Sequence[int], fill: Sequence[int] = ()) -> None:
        super().__init__()
        self.has_fill = len(fill) > 0
        self.register_buffer("fill", torch.tensor(fill, dtype=torch.int64))
        self.has_flags = len(flagged) > 0
        self.shape = (columns + len(flagged),)
        self.register_buffer("flagged", torch.tensor(flagged, dtype=torch.int64))
        self.register_buffer("one", torch.ones((), dtype=torch.get_default_dtype()))  # of the model's own dtype

    def forward(self, values: Tensor) -> Tensor:
        filled = torch.where(values < 0, self.fill, values) if self.has_fill else values
        features = (filled == 1).to(self.one.dtype) - (filled == 0).to(self.one.dtype)
        if self.has_flags:
            missing = torch.index_select(values, 1, self.flagged) < 0
            features = torch.cat([features, missing.to(self.one.dtype)], dim=1)
        return features
