"""Columns that are the same in every row, or nothing at all."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from trainer.columns import Column as BaseColumn
from trainer.columns import constant
from trainer.columns.constant import Column
from trainer.importing import kind
from trainer.importing.cells import GAP
from trainer.importing.forms import LONGEST_LEVEL
from trainer.importing.problems import Problem, problem

if TYPE_CHECKING:  # as in trainer.importing.kind
    from trainer.importing.observed import Part

MOST_SPELLINGS = 100  # of the one value that all look like: to compare the spellings of more takes long
MOST_NUMBERS = 0.8  # of the cells, infinite ones, where no other value is left


class Candidate(kind.Candidate):
    stated = frozenset({"spelled", "words", "numbers"})
    tells_gaps = False
    _first = ""  # value

    def see(self, part: "Part") -> kind.Kept:
        """Nothing; how the one value is written, for which a short form may stand among the words."""
        is_present = part.read.kinds != GAP
        if self.observed.stated != "numbers" and not self._first and is_present.any():
            self._first = part.cells[int(np.argmax(is_present))].as_py()
        return None

    def column(self) -> Column | None:
        observed = self.observed
        if observed.stated == "numbers":
            distinct = int(observed.lowest == observed.highest)
            is_constant = observed.lowest >= observed.highest
            return Column(name=observed.name, missing=self._missing, distinct=distinct) if is_constant else None
        if len(observed.levels) <= MOST_SPELLINGS and not observed.is_full and len(words := observed.words()) <= 1:
            return Column(name=observed.name, missing=observed.missing, distinct=len(words))
        return Column(name=observed.name, missing=self._missing) if self._is_infinite() else None

    @property
    def _missing(self) -> int:
        return self.observed.rows - self.observed.numbers + self.observed.infinite

    def _is_infinite(self) -> bool:
        """Whether nothing is left of numbers."""
        observed = self.observed
        return 0 < observed.numbers == observed.infinite >= MOST_NUMBERS * observed.present

    def problems(self, column: BaseColumn) -> Iterator[Problem]:
        if not isinstance(column, constant.Column):
            return
        words = self.observed.words()
        if words and column.missing:
            yield problem(
                "one_word",
                column=column.name,
                value=self._first[:LONGEST_LEVEL],
                count=self.observed.present,
                missing=column.missing,
            )
        else:
            yield problem("constant", column=column.name)


class Import(kind.Import):
    order = 0
    candidate = Candidate


IMPORT = Import()
