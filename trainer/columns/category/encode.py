"""Raw codes to features. Plain torch: it can be scripted and exported with the network."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Encode(nn.Module):
    """Codes int64 [B, m] -> features [B, sum of levels]: one per level, all 0 where the category is missing or unknown
    (-1)."""

    column: Tensor
    level: Tensor
    one: Tensor

    def __init__(self, levels: Sequence[int]) -> None:
        super().__init__()
        self.shape = (sum(levels),)
        self.register_buffer(
            "column", torch.tensor([place for place, count in enumerate(levels) for _ in range(count)])
        )
        self.register_buffer("level", torch.tensor([code for count in levels for code in range(count)]))
        self.register_buffer("one", torch.ones((), dtype=torch.get_default_dtype()))  # of the model's own dtype

    def forward(self, codes: Tensor) -> Tensor:
        return (torch.index_select(codes, 1, self.column) == self.level).to(self.one.dtype)
