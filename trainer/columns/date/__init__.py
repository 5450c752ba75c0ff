"""Dates and times: a block of int64 in the prepared file, microseconds since 1970 in UTC, and its lowest number where a
date is missing.
"""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from trainer.columns import Column as BaseColumn
from trainer.columns import Filling, Layout, Names, Numbers, VectorBlock
from trainer.columns import Reading as BaseReading
from trainer.component import Lenient
from trainer.errors import TrainerError
from trainer.sentences import gettext_noop as _

MISSING = -(2**63)  # in the prepared file
GAP = -(2**53)  # seconds, in place of a missing date in a model's input

LABEL = _("date")


class Reading(BaseReading):
    kind: Literal["date"] = "date"
    order: Literal["auto", "day first", "month first"] = Field(
        "auto",
        title="Day and month",
        description="What 01/02/2024 means; “auto” looks for a row that decides. Of years with two figures, 69 to 99 "
        "are of the last century.",
    )
    numbers: Literal["auto", "seconds", "milliseconds"] = Field(
        "auto",
        title="Numbers",
        description="What a number counts since 1970, in UTC; “auto” takes 20240301 for a day, ten digits for seconds "
        "and thirteen for milliseconds.",
    )

    @property
    def unit(self) -> str:
        return "" if self.numbers == "auto" else self.numbers


class Column(BaseColumn):
    layout: ClassVar[Layout | None] = "vector"
    fillings: ClassVar[frozenset[Filling]] = frozenset({"middle", "most_frequent"})

    kind: Literal["date"] = "date"
    order: Literal["day first", "month first"] = Field(
        "day first", description="Which of the two figures comes first where months are figures and the year is last."
    )
    is_compact: bool = Field(False, description="Whether 20240301 and 1/3/24 are dates.")
    unit: Literal["", "seconds", "milliseconds"] = Field("", description="What numbers count since 1970.")

    def refusal(self) -> TrainerError:
        return TrainerError(
            "target_date",
            "The column “%(column)s” holds dates, which no task can tell; choose a target with numbers or classes, "
            "such as the days until the date, written into a column of their own.",
            field="task",
            column=self.name,
        )


class Block(VectorBlock):
    """All columns of dates: the middle of the training rows and their spread, in days and in years. ``fill``, where
    cleaning says so, has for each column the seconds that stand for a missing date, or ``GAP``. Without it all features
    of a missing date are 0.
    """

    dtype: ClassVar[str] = "int64"
    gap: ClassVar[float | None] = float(GAP)

    kind: Literal["date"] = "date"
    name: Literal["dates"] = "dates"
    order: Names
    compact: Names = Field(description="Columns in which 20240301 and 1/3/24 are dates.")
    units: dict[str, str] = Field({}, description="What numbers count since 1970, by column.")
    center: Annotated[tuple[int, ...], Lenient] = Field(description="Seconds since 1970.")
    scale: Numbers = Field(description="Days.")
    year: Numbers
    year_scale: Numbers
    flagged: tuple[int, ...] = Field(
        (), strict=False, description="Places of the columns whose gaps are a feature of their own."
    )
    fill: tuple[int, ...] = Field((), strict=False)

    def arguments(self) -> dict[str, Any]:
        return {
            "center": list(self.center),
            "scale": list(self.scale),
            "year": list(self.year),
            "year_scale": list(self.year_scale),
            "flagged": list(self.flagged),
            "fill": list(self.fill),
        }

    def description(self) -> dict[str, Any]:
        return {
            "dtype": self.dtype,
            "shape": ["batch", *self.shape],
            "columns": list(self.columns),
            "missing": GAP,
            "unit": "seconds since 1970-01-01T00:00:00Z",
            "spelling": {"missing": {name: list(gaps) for name, gaps in self.gaps.items()}},
            "order": dict(zip(self.columns, self.order, strict=True)),
            "compact": list(self.compact),
            "units": self.units,
            "contained": ("imputation, " if self.fill else "")
            + "year, month, weekday and hour as cycles, days since the middle of the training rows",
        }

    def fits(self, others: Sequence[BaseColumn]) -> bool:
        names = {column.name for column in others if isinstance(column, Column)}
        return names.issuperset(self.columns)
