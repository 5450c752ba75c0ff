"""Yes or no: a block of int8 in the prepared file, 1 for what is, 0 for what is not, -1 where a value is missing."""

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from pydantic import Field

from trainer.columns import Column as BaseColumn
from trainer.columns import Filling, Layout, LevelledBlock, Names
from trainer.columns import Reading as BaseReading
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


class Block(LevelledBlock):
    """All columns of the kind, with the words of each."""

    kind: Literal["boolean"] = "boolean"
    name: Literal["booleans"] = "booleans"

    def arguments(self) -> dict[str, Any]:
        return {"columns": len(self.columns), "flagged": list(self.flagged), "fill": list(self.fill)}
