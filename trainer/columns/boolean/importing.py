"""Columns of yes and no in a file: two words that are such a pair, however they are written."""

import numpy as np

from trainer.columns import boolean
from trainer.columns.boolean import Column
from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.importing import levelled
from trainer.importing.forms import LONGEST_LEVEL


class Candidate(levelled.Candidate):
    most = 64  # yes, Yes and YES are three

    def column(self) -> Column | None:
        """Raises TrainerError where somebody chose the kind and there are other words."""
        observed = self.observed
        are_few = len(observed.levels) <= self.most  # the spellings of more are not worth to be compared
        words = observed.words() if are_few or self.reading is not None else []
        pair = boolean.pair(words, numbers=self.reading is not None)
        if pair is None and self.reading is not None:
            self.require_values()
            raise self._refusal(words)
        if pair is None:
            return None
        return Column(name=observed.name, missing=observed.missing, distinct=len(pair), levels=pair)

    def _refusal(self, words: list[str]) -> TrainerError:
        return TrainerError(
            "kind_no_booleans",
            "“%(column)s” cannot be read as yes or no: it has %(count)s different values, such as %(values)s, and "
            "they are no pair such as yes and no, true and false, or 1 and 0. Choose category.",
            field="columns",
            column=self.observed.name,
            count=len(self.observed.levels),
            values=", ".join(f"“{word[:LONGEST_LEVEL]}”" for word in words[:3]) or "–",
        )

    def lookup(self) -> Array:
        words = self.observed.words()
        pair = boolean.pair(words, numbers=self.reading is not None)
        assert pair is not None
        truths = np.array([pair.index(word.casefold()) for word in words] + [-1], np.int8)  # -1 stands last
        return truths[self.observed.levels.indices(words)]


class Import(levelled.Import):
    order = 30
    candidate = Candidate
    block, dtype = "booleans", np.int8


IMPORT = Import()
