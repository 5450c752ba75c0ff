"""Raw dates to features. Plain torch: it can be scripted and exported with the network."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

GAP = -(2**53)
DAY = 86400
SHIFT = 719468  # days from 0000-03-01 to 1970-01-01; behind it, no date of this era is negative
LAST = 4_000_000  # days; dates beyond the year 10,000 are taken for that
ERA = 146097  # days of 400 years
LARGEST = 1e4  # deviations; the square of more would not fit into float32
SOFT = 3.0  # deviations, beyond which no value counts for more
PARTS = 8


class Encode(nn.Module):
    """Seconds since 1970 in UTC int64 [B, n] -> features [B, 8 n + flagged]: year, month, weekday and hour (each of
    these a point on a circle), and days from the middle of the training rows; year and days scaled and clipped
    smoothly. Where a date is missing, they are those of the seconds in ``fill``, where these are given, or all 0; a
    column listed in ``flagged`` also gives 1 there.

    The calendar in whole numbers is Howard Hinnant's, “chrono-Compatible Low-Level Date Algorithms”, civil_from_days.
    """

    center: Tensor
    scale: Tensor
    year: Tensor
    year_scale: Tensor
    flagged: Tensor
    fill: Tensor

    def __init__(
        self,
        center: Sequence[int],
        scale: Sequence[float],
        year: Sequence[float],
        year_scale: Sequence[float],
        flagged: Sequence[int],
        fill: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.gap, self.day, self.shift, self.last, self.era = GAP, DAY, SHIFT, LAST, ERA
        self.largest, self.soft, self.turn = LARGEST, SOFT, 2 * math.pi  # a scripted module sees no globals
        self.has_flags, self.has_fill = len(flagged) > 0, len(fill) > 0
        self.shape = (PARTS * len(center) + len(flagged),)
        for name, values in (("scale", scale), ("year", year), ("year_scale", year_scale)):
            self.register_buffer(name, torch.tensor(values, dtype=torch.get_default_dtype()))
        self.register_buffer("center", torch.tensor(center, dtype=torch.int64))
        self.register_buffer("flagged", torch.tensor(flagged, dtype=torch.int64))
        self.register_buffer("fill", torch.tensor(fill, dtype=torch.int64))

    def forward(self, dates: Tensor) -> Tensor:
        missing = dates == self.gap
        if self.has_fill:
            dates = torch.where(missing, self.fill, dates)
        absent = dates == self.gap
        seconds = torch.clamp(torch.where(absent, self.center, dates) + self.shift * self.day, 0, self.last * self.day)
        days = seconds // self.day
        year, month = self.year_and_month(days)
        hour = (seconds - days * self.day).to(self.scale.dtype) / 3600
        since = (seconds - self.shift * self.day - self.center).to(self.scale.dtype) / self.day
        parts = [self.clipped((year.to(self.scale.dtype) - self.year) / self.year_scale)]
        parts += self.circle(month - 1, 12.0) + self.circle((days + 2) % 7, 7.0) + self.circle(hour, 24.0)
        parts += [self.clipped(since / self.scale)]
        there = (~absent).to(self.scale.dtype)
        features = torch.cat([part * there for part in parts], dim=1)
        if self.has_flags:
            features = torch.cat([features, torch.index_select(missing, 1, self.flagged).to(features.dtype)], dim=1)
        return features

    def year_and_month(self, days: Tensor) -> tuple[Tensor, Tensor]:
        """Of days since 0000-03-01; years begin with March until the end."""
        era = days // self.era
        day = days - era * self.era
        year = (day - day // 1460 + day // 36524 - day // 146096) // 365
        month = (5 * (day - (365 * year + year // 4 - year // 100)) + 2) // 153
        is_next = (month >= 10).to(days.dtype)
        return year + era * 400 + is_next, month + 3 - 12 * is_next

    def circle(self, values: Tensor, around: float) -> list[Tensor]:
        angles = values.to(self.scale.dtype) * (self.turn / around)
        return [torch.sin(angles), torch.cos(angles)]

    def clipped(self, deviations: Tensor) -> Tensor:
        clamped = torch.clamp(deviations, -self.largest, self.largest)
        return clamped / torch.sqrt(1 + (clamped / self.soft) ** 2)
