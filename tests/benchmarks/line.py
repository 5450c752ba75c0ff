"""One line of the table that `make bench` prints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Line:
    """A figure and its target, its ratio to a peer or floor of the same run, and how it grows with the size of the
    work.
    """

    number: str
    name: str
    figure: float
    unit: str
    target: float
    better: Literal["more", "less"] = "less"
    beside: str = ""
    growth: Mapping[str, float] = field(default_factory=dict)

    @property
    def reached(self) -> bool:
        return self.figure >= self.target if self.better == "more" else self.figure <= self.target

    def cells(self) -> tuple[str, ...]:
        """The table's cells: number, what, figure, target, reached, beside what, growth."""
        sign = "≥" if self.better == "more" else "≤"
        growth = ", ".join(f"{size}: {short(value)}" for size, value in self.growth.items())
        figure, target = f"{short(self.figure)} {self.unit}", f"{sign} {short(self.target)}"
        return (self.number, self.name, figure, target, "yes" if self.reached else "NO", self.beside, growth)


def short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
