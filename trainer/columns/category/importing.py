"""Columns of categories in a file: short texts, few different ones beside the rows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from trainer.columns import Column as BaseColumn
from trainer.columns import category
from trainer.columns.category import Column
from trainer.columns.text.prose import is_prose
from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.importing import levelled
from trainer.importing.forms import LONGEST_LEVEL, is_short_form, visible
from trainer.importing.kind import Kept
from trainer.importing.problems import Problem, problem
from trainer.importing.profile_classes import case_problems

if TYPE_CHECKING:  # as in trainer.importing.kind
    from trainer.importing.observed import Part

MOST_LEVELS = 1000
MOST_CHOSEN = 10_000
FEW_LEVELS = 20
NAMED = 5


class Candidate(levelled.Candidate):
    most = MOST_CHOSEN

    def see(self, part: "Part") -> Kept:
        is_out = self.reading is None and len(self.observed.levels) > MOST_LEVELS
        return None if is_out else super().see(part)

    def column(self) -> Column | None:
        """Raises TrainerError where somebody chose the kind and there are too many values, or too long ones."""
        if self.reading is not None:
            self._require_levels()
        elif self.observed.is_full or not self._is_category():
            return None
        words = self.observed.words()
        return Column(name=self.observed.name, missing=self.observed.missing, distinct=len(words), levels=tuple(words))

    def _is_category(self) -> bool:
        observed = self.observed
        if observed.length > LONGEST_LEVEL * max(1, observed.rows) * 0.75 or self._has_long():
            return False
        words = observed.words()
        are_few = len(words) <= FEW_LEVELS or len(words) <= observed.present / 2
        return len(words) <= MOST_LEVELS and are_few and not is_prose(words, observed.present)

    def _has_long(self) -> bool:
        return any(map(is_short_form, self.observed.levels.words()))

    def _require_levels(self) -> None:
        observed = self.observed
        if not observed.is_full and 0 < len(observed.levels) <= MOST_CHOSEN and not self._has_long():
            return
        self.require_values()
        raise TrainerError(
            "kind_no_categories",
            "“%(column)s” cannot be read as categories: these are between one and %(most)s different values of at "
            "most %(longest)s letters. Choose another kind for the column.",
            field="columns",
            column=observed.name,
            most=MOST_CHOSEN,
            longest=LONGEST_LEVEL,
        )

    def lookup(self) -> Array:
        return self.observed.levels.indices(self.observed.words())

    def problems(self, column: BaseColumn) -> Iterator[Problem]:
        if isinstance(column, category.Column):
            yield from case_problems(column.levels)
            yield from self._joined()

    def _joined(self) -> Iterator[Problem]:
        if joined := self.observed.levels.joined():
            names = "; ".join(" = ".join(f"“{visible(word)}”" for word in words) for words in joined[:NAMED])
            yield problem("joined_labels", column=self.observed.name, count=len(joined), names=names)


class Import(levelled.Import):
    order = 40
    candidate = Candidate
    block, dtype = "categories", np.int32


IMPORT = Import()
