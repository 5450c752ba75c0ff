"""Categories: a block of int32 codes in the prepared file, each an index into its column's levels, -1 where a value is
missing."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from trainer.columns import Column as BaseColumn
from trainer.columns import Filling, Layout, Names, VectorBlock
from trainer.columns import Reading as BaseReading
from trainer.component import Lenient
from trainer.sentences import gettext_noop as _

WORDS = (("0", "1"), ("false", "true"), ("no", "yes"), ("f", "t"), ("n", "y"))  # of an absent and of a present label

LABEL = _("category")


class Reading(BaseReading):
    kind: Literal["category"] = "category"


class Column(BaseColumn):
    layout: ClassVar[Layout | None] = "vector"
    fillings: ClassVar[frozenset[Filling]] = frozenset({"most_frequent"})

    kind: Literal["category"] = "category"
    levels: Names

    @property
    def encodings(self) -> frozenset[str]:
        return frozenset({"class"} if self.present_level is None else {"class", "labels"})

    @property
    def usual_encoding(self) -> str:
        return "class"

    @property
    def present_level(self) -> int | None:
        """Which level says that a label is there; None where the levels are no such pair of words."""
        words = [level.casefold() for level in self.levels]
        return next(
            (words.index(present) for absent, present in WORDS if sorted((absent, present)) == sorted(words)), None
        )


class Block(VectorBlock):
    """All category columns, with the levels that their codes number. ``fill``, where cleaning says so, has for each
    column the code that stands for a missing or unknown value, or -1.
    """

    dtype: ClassVar[str] = "int64"
    gap: ClassVar[float | None] = -1

    kind: Literal["category"] = "category"
    name: Literal["categories"] = "categories"
    levels: Annotated[tuple[Names, ...], Lenient] = Field(description="Of each column.")
    fill: tuple[int, ...] = Field((), strict=False)
    flagged: tuple[int, ...] = Field(
        (), strict=False, description="Places of the columns whose gaps are a feature of their own."
    )

    def arguments(self) -> dict[str, Any]:
        counts = [len(levels) for levels in self.levels]
        return {"levels": counts, "fill": list(self.fill), "flagged": list(self.flagged)}

    def description(self) -> dict[str, Any]:
        return {
            "dtype": self.dtype,
            "shape": ["batch", *self.shape],
            "columns": list(self.columns),
            "missing": -1,
            "unknown": -1,
            "levels": {name: list(levels) for name, levels in zip(self.columns, self.levels, strict=True)},
            "contained": "imputation, one-hot encoding" if self.fill else "one-hot encoding",
        }

    def fits(self, others: Sequence[BaseColumn]) -> bool:
        levels = {column.name: column.levels for column in others if isinstance(column, Column)}
        return all(levels.get(name) == own for name, own in zip(self.columns, self.levels, strict=True))
