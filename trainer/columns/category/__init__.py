"""Categories: a block of int32 codes in the prepared file, each an index into its column's levels, -1 where a
value is missing."""

from typing import Any, ClassVar, Literal

from trainer.columns import Column as BaseColumn
from trainer.columns import Filling, Layout, LevelledBlock, Names
from trainer.columns import Reading as BaseReading
from trainer.component import Strict
from trainer.importing.words import folded
from trainer.sentences import gettext_noop as _

WORDS = (("0", "1"), ("false", "true"), ("no", "yes"), ("f", "t"), ("n", "y"))  # of an absent and of a present label

LABEL = _("category")


class Reading(BaseReading):
    kind: Literal["category"] = "category"


class Column(BaseColumn):
    layout: ClassVar[Layout | None] = "vector"
    fillings: ClassVar[frozenset[Filling]] = frozenset({"most_frequent"})
    has_words: ClassVar[bool] = True

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


class Folding(Strict):
    """In what words may differ that count as one."""

    trim: bool
    fold: bool


class Block(LevelledBlock):
    """All category columns, with the levels that their codes number; what is filled is also what is unknown. Levels of
    a column in ``folding`` that differ in nothing else are one.
    """

    kind: Literal["category"] = "category"
    name: Literal["categories"] = "categories"
    folding: dict[str, Folding] = {}

    @property
    def joined(self) -> list[list[int]]:
        """Of each column the number that each level has when those are joined that are one."""
        words = [self._words(name, levels) for name, levels in zip(self.columns, self.levels, strict=True)]
        numbers = [{word: number for number, word in enumerate(dict.fromkeys(own))} for own in words]
        return [[places[word] for word in own] for places, own in zip(numbers, words, strict=True)]

    def _words(self, name: str, levels: Names) -> list[str]:
        folding = self.folding.get(name)
        return [folded(level, folding.trim, folding.fold) if folding else level for level in levels]

    def arguments(self) -> dict[str, Any]:
        joined = self.joined
        counts = [len(set(numbers)) for numbers in joined]
        join = {"joined": joined} if self.folding else {}
        return {"levels": counts, "fill": list(self.fill), "flagged": list(self.flagged), **join}

    def description(self) -> dict[str, Any]:
        contained = [*(["imputation"] if self.fill else []), *(["joining"] if self.folding else []), "one-hot encoding"]
        folding = {name: folding.model_dump() for name, folding in self.folding.items()}
        extra = {"folding": folding} if folding else {}
        return {**super().description(), "unknown": -1, "contained": ", ".join(contained), **extra}
