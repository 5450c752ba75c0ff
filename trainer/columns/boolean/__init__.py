"""Yes or no: a block of int8 in the prepared file, 1 for what is, 0 for what is not, -1 where a value is missing."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from trainer.columns import Column as BaseColumn
from trainer.columns import Filling, Layout, Names, VectorBlock
from trainer.columns import Reading as BaseReading
from trainer.component import Lenient
from trainer.sentences import gettext_noop as _

LABEL = _("yes or no")
PAIRS = (("false", "true"), ("no", "yes"), ("f", "t"), ("n", "y"))
NUMBERS = ("0", "1")  # are numbers unless somebody says otherwise


class Reading(BaseReading):
    kind: Literal["boolean"] = "boolean"


class Column(BaseColumn):
    layout: ClassVar[Layout | None] = "vector"
    fillings: ClassVar[frozenset[Filling]] = frozenset({"most_frequent"})

    kind: Literal["boolean"] = "boolean"
    levels: Names = Field(description="The word for what is not, and the one for what is, in small letters.")

    @property
    def encodings(self) -> frozenset[str]:
        return frozenset({"class", "labels"})

    @property
    def usual_encoding(self) -> str:
        return "class"


def pair(words: Iterable[str], *, numbers: bool = False) -> tuple[str, str] | None:
    """The pair that these words are of, however they are written; None where they are no such, or only one of them.
    ``numbers``: whether 0 and 1 are one.
    """
    small = {word.casefold() for word in words}
    return next((pair for pair in (*PAIRS, *[NUMBERS] * numbers) if small == set(pair)), None)


class Block(VectorBlock):
    """All columns of the kind, with the words of each. ``fill``, where cleaning says so, has for each column what
    stands for a missing value, or -1.
    """

    dtype: ClassVar[str] = "int64"
    gap: ClassVar[float | None] = -1

    kind: Literal["boolean"] = "boolean"
    name: Literal["booleans"] = "booleans"
    levels: Annotated[tuple[Names, ...], Lenient]
    flagged: tuple[int, ...] = Field(
        (), strict=False, description="Places of the columns whose gaps are a feature of their own."
    )

    fill: tuple[int, ...] = Field((), strict=False)

    def arguments(self) -> dict[str, Any]:
        return {"columns": len(self.columns), "flagged": list(self.flagged), "fill": list(self.fill)}

    def description(self) -> dict[str, Any]:
        return {
            "dtype": self.dtype,
            "shape": ["batch", *self.shape],
            "columns": list(self.columns),
            "missing": -1,
            "levels": {name: list(levels) for name, levels in zip(self.columns, self.levels, strict=True)},
        }

    def fits(self, others: Sequence[BaseColumn]) -> bool:
        levels = {column.name: column.levels for column in others if isinstance(column, Column)}
        return all(levels.get(name) == own for name, own in zip(self.columns, self.levels, strict=True))
