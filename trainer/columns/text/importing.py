"""Columns of free text in a file: what is nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from trainer.columns import Column as BaseColumn
from trainer.columns import text
from trainer.columns.text import Column, profiling
from trainer.columns.text.writing import Writer
from trainer.data.prepared import Array, offsets_name, own_name
from trainer.importing import kind, series
from trainer.importing.cells import CODED, GAP, MISSING, are_gaps, number_of
from trainer.importing.forms import LONGEST_LEVEL
from trainer.importing.kind import Kept
from trainer.importing.problems import Problem, problem
from trainer.importing.profile import ColumnProfile

FEW_LEVELS = 20
LOOKED_AT = 1000  # different words
NUMBER_SHARE = 0.8
BRACKETS = (b"[]", b"{}")
SPACES = (b" ", b"\n")
WIDE = 0xE0  # what the characters of most scripts that put no spaces between words begin with in UTF-8
LONGEST_NAME, LONGEST_WIDE_NAME = 64, 4  # on average: bytes, and characters of such scripts, of what names a row

if TYPE_CHECKING:  # as in trainer.importing.kind
    import pyarrow as pa

    from trainer.importing.observed import Observed, Part


class Candidate(kind.Candidate):
    """Keeps the cells as they stand in the file, but for parts of what looks like numbers or a few classes so far."""

    def __init__(self, observed: "Observed", reading: Any = None) -> None:
        super().__init__(observed, reading)
        self._nested, self._are_nested = "", True
        self._is_whole, self._has_spaces = True, False
        self._cells = self._bytes = self._wide = 0

    def see(self, part: "Part") -> Kept:
        self._note_nested(part)
        if not self._may_be_text:
            self._is_whole = False
            return None
        self._note_length(part)
        return part.raw

    @property
    def _may_be_text(self) -> bool:
        """Whether it is likely, after what came so far; unless it is, a table of numbers is imported as fast as one
        without any thought of text."""
        observed = self.observed
        words = observed.text + (observed.numbers if observed.are_codes else 0)
        are_many = observed.is_full or len(observed.levels) > FEW_LEVELS
        return self.reading is not None or (are_many and words > (1 - NUMBER_SHARE) * observed.present)

    @property
    def needs_cells(self) -> bool:
        return not self._is_whole

    def _note_nested(self, part: "Part") -> None:
        """Whether all cells are lists or objects, as JSON and Python write them. They may be long."""
        is_present = part.read.kinds != GAP
        if not self._are_nested or not is_present.any():
            return
        first = part.cells[int(np.argmax(is_present))].as_py()
        self._are_nested = (first[0] + first[-1]).encode() in BRACKETS and bool(
            _are_nested(part.cells)[is_present].all()
        )
        self._nested = (self._nested or first) if self._are_nested else ""

    def _note_length(self, part: "Part") -> None:
        """How long the cells are, while they may be single words that name the rows."""
        if self._has_spaces:
            return
        content = series.content(part.cells)
        self._has_spaces = any(space in content for space in SPACES)
        self._cells += len(part.cells) - int(part.counts[GAP])
        self._bytes += len(content)
        self._wide += 0 if content.isascii() else int(np.count_nonzero(np.frombuffer(content, np.uint8) >= WIDE))

    def column(self) -> Column | None:
        """``distinct`` counts up to a bound. Raises TrainerError where somebody chose the kind and there is nothing."""
        observed = self.observed
        if self.reading is not None:
            self.require_values()
        return Column(
            name=observed.name,
            missing=observed.missing,
            distinct=len(observed.levels),
            is_identifier=bool(self._number or self._nested or self._are_names()),
        )

    def encoded(self, kept: Kept, count: int) -> "pa.StringArray":
        """The cells, empty where a value is missing."""
        if not self.observed.missing:
            return kept
        are_missing = are_gaps(series.stripped(kept), self.observed.gaps)
        return pc.if_else(series.mask(are_missing), "", kept) if are_missing.any() else kept

    def problems(self, column: BaseColumn) -> Iterator[Problem]:
        if not isinstance(column, text.Column):
            return
        if number := self._number:
            yield problem("numbers_as_text", column=column.name, value=number[:LONGEST_LEVEL])
        elif value := self._nested:
            yield problem("nested_values", column=column.name, value=value[:LONGEST_LEVEL])
        elif column.is_identifier:
            yield problem("text_identifier", column=column.name)

    @cached_property
    def _number(self) -> str:
        """A number among the words, if the file states that nearly all numbers are texts; they may be codes."""
        if self.observed.stated != "words":
            return ""
        words = [word for word in islice(self.observed.levels.words(), LOOKED_AT) if word not in MISSING]
        numbers = [word for word in words if number_of(word) or number_of(word, comma=True)]
        are_numbers = len(numbers) >= NUMBER_SHARE * max(1, len(words)) and not any(map(CODED.fullmatch, numbers))
        return numbers[0] if numbers and are_numbers else ""

    def _are_names(self) -> bool:
        """Whether they only name the rows: short, no two alike, and of one word each."""
        observed, distinct = self.observed, len(self.observed.levels)
        different = distinct == observed.present or (observed.is_full and distinct == observed.held)
        are_short = self._bytes <= LONGEST_NAME * self._cells and self._wide <= LONGEST_WIDE_NAME * self._cells
        return observed.present > FEW_LEVELS and different and are_short and not self._has_spaces


def _are_nested(cells: "pa.StringArray") -> Array:
    """bool [cells]"""
    lists, objects = (series.begin(cells, left) & series.end(cells, right) for left, right in BRACKETS)
    return np.asarray(lists | objects)


class Import(kind.Import):
    order = 100
    candidate = Candidate
    says_identifiers = True

    def writer(self, columns: Sequence[BaseColumn], rows: int, folder: Path) -> Writer:
        return Writer(columns, rows, folder)

    def described(
        self, columns: Sequence[BaseColumn], arrays: Mapping[str, Array], rows: int
    ) -> Iterator[tuple[BaseColumn, ColumnProfile]]:
        for column in columns:
            assert isinstance(column, Column)
            yield profiling.described(column, arrays[own_name(column.name)], arrays[offsets_name(column.name)])

    def problems(self, table: kind.Table) -> Iterator[Problem]:
        for profile in table.columns:
            if profile.texts is not None:
                yield from profiling.problems(profile)


IMPORT = Import()
