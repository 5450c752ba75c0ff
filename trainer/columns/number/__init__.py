"""Numbers: a block of float64 in the prepared file, NaN where a value is missing."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from trainer.columns import Column as BaseColumn
from trainer.columns import Layout, Numbers, VectorBlock
from trainer.columns import Reading as BaseReading
from trainer.sentences import gettext_noop as _

MOST_CLASSES = 1000
LABELS = 2  # different values of a column of zeros and ones

LABEL = _("number")


class Reading(BaseReading):
    kind: Literal["number"] = "number"


class Column(BaseColumn):
    layout: ClassVar[Layout | None] = "vector"

    kind: Literal["number"] = "number"
    decimal_comma: bool = Field(False, description="Whether the file writes 1,5 for one and a half.")

    @property
    def encodings(self) -> frozenset[str]:
        fitting = {"number": True, "class": self.distinct <= MOST_CLASSES, "labels": self.distinct == LABELS}
        return frozenset(encoding for encoding, fits in fitting.items() if fits)

    @property
    def usual_encoding(self) -> str:
        return "number"


class Block(VectorBlock):
    """All number columns: the middle of the training rows, which also stands for a missing value, and their spread."""

    gap: ClassVar[float | None] = math.nan

    kind: Literal["number"] = "number"
    name: Literal["numbers"] = "numbers"
    center: Numbers
    scale: Numbers
    flagged: tuple[int, ...] = Field(
        (), strict=False, description="Places of the columns whose gaps are a feature of their own."
    )

    def arguments(self) -> dict[str, Any]:
        return {"center": list(self.center), "scale": list(self.scale), "flagged": list(self.flagged)}

    def description(self) -> dict[str, Any]:
        return {
            "dtype": self.dtype,
            "shape": ["batch", *self.shape],
            "columns": list(self.columns),
            "missing": "NaN",
            "unit": "as in the data",
            "contained": "imputation, robust scaling, smooth clipping",
        }

    def fits(self, others: Sequence[BaseColumn]) -> bool:
        names = {column.name for column in others if isinstance(column, Column)}
        return names.issuperset(self.columns)
