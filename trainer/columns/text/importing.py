"""Columns of free text in a file: what is nothing else."""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from trainer.columns import Column as BaseColumn
from trainer.columns import text
from trainer.columns.text import Column
from trainer.importing import kind
from trainer.importing.cells import CODED, MISSING, number_of
from trainer.importing.forms import LONGEST_LEVEL
from trainer.importing.problems import Problem, problem

FEW_LEVELS = 20
LOOKED_AT = 1000  # different words
NUMBER_SHARE = 0.8


class Candidate(kind.Candidate):
    def column(self) -> Column:
        """``distinct`` counts up to a bound."""
        observed = self.observed
        return Column(
            name=observed.name,
            missing=observed.missing,
            distinct=len(observed.levels),
            is_identifier=self._is_identifier(),
        )

    def problems(self, column: BaseColumn) -> Iterator[Problem]:
        if not isinstance(column, text.Column):
            return
        if number := self._number:
            yield problem("numbers_as_text", column=column.name, value=number[:LONGEST_LEVEL])
        elif value := self._nested:
            yield problem("nested_values", column=column.name, value=value[:LONGEST_LEVEL])
        elif column.is_identifier:
            yield problem("text_identifier", column=column.name)
        elif not self.observed.are_codes:
            yield problem("text_column", column=column.name)

    @cached_property
    def _number(self) -> str:
        """A number among the words, if the file states that nearly all numbers are texts; they may be codes."""
        if self.observed.stated != "words":
            return ""
        words = [word for word in islice(self.observed.levels.words(), LOOKED_AT) if word not in MISSING]
        numbers = [word for word in words if number_of(word) or number_of(word, comma=True)]
        are_numbers = len(numbers) >= NUMBER_SHARE * max(1, len(words)) and not any(map(CODED.fullmatch, numbers))
        return numbers[0] if numbers and are_numbers else ""

    @cached_property
    def _nested(self) -> str:
        """One of the words, where all are lists or objects, as JSON and Python write them."""
        words = list(islice(self.observed.levels.words(), LOOKED_AT))
        return words[0] if words and all(word[0] + word[-1] in {"[]", "{}"} for word in words) else ""

    def _is_identifier(self) -> bool:
        """Short words, no two alike, and no numbers."""
        if self._number:
            return False
        observed, distinct = self.observed, len(self.observed.levels)
        different = distinct == observed.present or (observed.is_full and distinct == observed.held)
        return observed.present > FEW_LEVELS and different and not any(" " in word for word in observed.levels.words())


class Import(kind.Import):
    order = 100
    candidate = Candidate
    lack = "only_text"


IMPORT = Import()
