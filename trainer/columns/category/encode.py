"""Raw codes to features. Plain torch: it can be scripted and exported with the network."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Encode(nn.Module):
    """Codes int64 [B, m] -> features [B, sum of levels + flagged]: one per level. Where the category is missing or
    unknown (-1), those of its code in ``fill``, where that is given, or all 0; a column listed in ``flagged`` also
    gives 1. ``joined``, where it is given, has for each column the level that each code is.
    """

    column: Tensor
    level: Tensor
    fill: Tensor
    joined: Tensor
    first: Tensor
    flagged: Tensor
    one: Tensor

    def __init__(
        self,
        levels: Sequence[int],
        fill: Sequence[int] = (),
        flagged: Sequence[int] = (),
        joined: Sequence[Sequence[int]] = (),
    ) -> None:
        super().__init__()
        # One table of all columns: of each first the -1 of what is missing, then the level of each code.
        table = [[-1, *numbers] for numbers in joined]
        firsts = [sum(map(len, table[:place])) + 1 for place in range(len(table))]
        self.has_joined = len(joined) > 0
        self.register_buffer("joined", torch.tensor([number for numbers in table for number in numbers]).long())
        self.register_buffer("first", torch.tensor(firsts).long())
        self.has_fill, self.has_flags = len(fill) > 0, len(flagged) > 0
        self.shape = (sum(levels) + len(flagged),)
        self.register_buffer("fill", torch.tensor(fill, dtype=torch.int64))
        self.register_buffer("flagged", torch.tensor(flagged, dtype=torch.int64))
        self.register_buffer(
            "column", torch.tensor([place for place, count in enumerate(levels) for _ in range(count)])
        )
        self.register_buffer("level", torch.tensor([code for count in levels for code in range(count)]))
        self.register_buffer("one", torch.ones((), dtype=torch.get_default_dtype()))  # of the model's own dtype

    def forward(self, codes: Tensor) -> Tensor:
        missing = codes < 0
        if self.has_fill:
            codes = torch.where(missing, self.fill, codes)
        if self.has_joined:
            codes = torch.index_select(self.joined, 0, (codes + self.first).flatten()).reshape(codes.shape)
        features = (torch.index_select(codes, 1, self.column) == self.level).to(self.one.dtype)
        if self.has_flags:
            features = torch.cat([features, torch.index_select(missing, 1, self.flagged).to(self.one.dtype)], dim=1)
        return features
