"""Numbers: a block of float64 in the prepared file, NaN where a value is missing."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from trainer.columns import Column as BaseColumn
from trainer.columns import Filling, Layout, Names, Numbers, VectorBlock
from trainer.columns import Reading as BaseReading
from trainer.sentences import gettext_noop as _

MOST_CLASSES = 1000
LABELS = 2  # different values of a column of zeros and ones

UNBOUNDED = 3e38  # no number is larger in float32

LABEL = _("number")


class Reading(BaseReading):
    kind: Literal["number"] = "number"
    decimal: Literal["auto", "point", "comma"] = Field(
        "auto",
        title="Decimal mark",
        description="What stands before tenths; “auto” takes what the file as a whole has.",
    )

    def takes_comma(self, is_usual: bool) -> bool:
        return is_usual if self.decimal == "auto" else self.decimal == "comma"


class Column(BaseColumn):
    layout: ClassVar[Layout | None] = "vector"
    fillings: ClassVar[frozenset[Filling]] = frozenset({"middle", "most_frequent", "zero"})
    is_clippable: ClassVar[bool] = True

    kind: Literal["number"] = "number"
    decimal_comma: bool = Field(False, description="Whether the file writes 1,5 for one and a half.")
    units: Names = Field((), description="What stands beside its numbers; “()”: some stand in parentheses, negative.")

    @property
    def encodings(self) -> frozenset[str]:
        fitting = {"number": True, "class": self.distinct <= MOST_CLASSES, "labels": self.distinct == LABELS}
        return frozenset(encoding for encoding, fits in fitting.items() if fits)

    @property
    def usual_encoding(self) -> str:
        return "number"


class Block(VectorBlock):
    """All number columns: the middle of the training rows, and their spread. ``fill`` stands for a missing value, and
    ``low`` and ``high`` for all beyond them; each is there where cleaning says so, with a number for each column.
    Without ``fill`` the middle stands for a missing value.
    """

    gap: ClassVar[float | None] = math.nan

    kind: Literal["number"] = "number"
    name: Literal["numbers"] = "numbers"
    center: Numbers
    scale: Numbers
    flagged: tuple[int, ...] = Field(
        (), strict=False, description="Places of the columns whose gaps are a feature of their own."
    )
    decimal_comma: Names = Field((), description="The columns whose file writes 1,5 for one and a half.")
    units: dict[str, Names] = Field({}, description="What stands beside numbers, by column.")

    fill: Numbers = ()
    low: Numbers = ()
    high: Numbers = ()

    @property
    def fills(self) -> Numbers:
        """What stands for a missing value in each column."""
        return self.fill or self.center

    @property
    def bounds(self) -> tuple[Numbers, Numbers]:
        """The smallest and the largest number of each column that count as they are."""
        count = len(self.columns)
        return self.low or (-UNBOUNDED,) * count, self.high or (UNBOUNDED,) * count

    def arguments(self) -> dict[str, Any]:
        return self.model_dump(mode="json", include={"center", "scale", "flagged", "fill", "low", "high"})

    def description(self) -> dict[str, Any]:
        return {
            "dtype": self.dtype,
            "shape": ["batch", *self.shape],
            "columns": list(self.columns),
            "missing": "NaN",
            "unit": "as in the data",
            "spelling": {
                "decimal_comma": list(self.decimal_comma),
                "units": {name: list(units) for name, units in self.units.items()},
                "missing": {name: list(gaps) for name, gaps in self.gaps.items()},
            },
            "contained": "imputation, robust scaling, smooth clipping",
        }

    def fits(self, others: Sequence[BaseColumn]) -> bool:
        names = {column.name for column in others if isinstance(column, Column)}
        return names.issuperset(self.columns)
