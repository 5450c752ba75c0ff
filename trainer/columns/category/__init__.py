"""Categories: a block of int32 codes in the prepared file, each an index into its column's levels, -1 where a value is
missing."""

from typing import Any, ClassVar, Literal

from trainer.columns import Column as BaseColumn
from trainer.columns import Filling, Layout, LevelledBlock, Names
from trainer.columns import Reading as BaseReading
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


class Block(LevelledBlock):
    """All category columns, with the levels that their codes number; what is filled is also what is unknown."""

    kind: Literal["category"] = "category"
    name: Literal["categories"] = "categories"

    def arguments(self) -> dict[str, Any]:
        counts = [len(levels) for levels in self.levels]
        return {"levels": counts, "fill": list(self.fill), "flagged": list(self.flagged)}

    def description(self) -> dict[str, Any]:
        contained = "imputation, one-hot encoding" if self.fill else "one-hot encoding"
        return {**super().description(), "unknown": -1, "contained": contained}
