"""Columns of free text in a file: what is nothing else."""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.columns import Column as BaseColumn
from trainer.columns import text
from trainer.columns.text import Column
from trainer.data.prepared import Array
from trainer.importing import kind, series
from trainer.importing.cells import CODED, GAP, MISSING, number_of
from trainer.importing.forms import LONGEST_LEVEL
from trainer.importing.problems import Problem, problem

FEW_LEVELS = 20
LOOKED_AT = 1000  # different words
NUMBER_SHARE = 0.8
BRACKETS = (b"[]", b"{}")

if TYPE_CHECKING:  # as in trainer.importing.kind
    import pyarrow as pa

    from trainer.importing.observed import Observed, Part


class Candidate(kind.Candidate):
    def __init__(self, observed: "Observed", reading: Any = None) -> None:
        super().__init__(observed, reading)
        self._nested, self._are_nested = "", True

    def see(self, part: "Part") -> kind.Kept:
        """Nothing; whether all cells are lists or objects, as JSON and Python write them. They may be long."""
        is_present = part.read.kinds != GAP
        if not self._are_nested or not is_present.any():
            return None
        first = part.cells[int(np.argmax(is_present))].as_py()
        self._are_nested = (first[0] + first[-1]).encode() in BRACKETS and bool(
            _are_nested(part.cells)[is_present].all()
        )
        self._nested = (self._nested or first) if self._are_nested else ""
        return None

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

    def _is_identifier(self) -> bool:
        """Short words, no two alike, and neither numbers nor lists."""
        if self._number or self._nested:
            return False
        observed, distinct = self.observed, len(self.observed.levels)
        different = distinct == observed.present or (observed.is_full and distinct == observed.held)
        return observed.present > FEW_LEVELS and different and not any(" " in word for word in observed.levels.words())


def _are_nested(cells: "pa.StringArray") -> Array:
    """bool [cells]"""
    lists, objects = (series.begin(cells, left) & series.end(cells, right) for left, right in BRACKETS)
    return np.asarray(lists | objects)


class Import(kind.Import):
    order = 100
    candidate = Candidate
    lack = "only_text"


IMPORT = Import()
