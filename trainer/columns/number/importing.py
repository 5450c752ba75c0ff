"""Columns of numbers in a file: most cells are numbers in one unit, and none is a code."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.columns import Column as BaseColumn
from trainer.columns import number
from trainer.columns.number import statistics
from trainer.columns.number.marks import Marks
from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.importing import kind, series
from trainer.importing.blocks import BlockWriter, columns_of
from trainer.importing.cells import CODE, INFINITE, NUMBER, TEXT
from trainer.importing.forms import LONGEST_LEVEL
from trainer.importing.kind import Kept, Table
from trainer.importing.observed import Observed, Part
from trainer.importing.problems import Problem, problem
from trainer.importing.profile import ColumnProfile, Counts, Unread
from trainer.importing.spelled import PARENTHESES

BLOCK = "numbers"
NUMBER_SHARE = 0.8
FEW_LEVELS = 20
WORD_SHARE = 0.3  # of numbers, where the rest of a column are a few words
MOST_WORDS = 5
LINES_NAMED = 5


class Candidate(kind.Candidate):
    stated = frozenset({"spelled", "numbers"})
    reads_numbers = True

    def __init__(self, observed: Observed, reading: number.Reading | None = None) -> None:
        super().__init__(observed, reading)
        self._text_cells: list[tuple[int, str]] = []
        self._infinite_line = 0
        self._units: dict[str, str] = {}
        self._words: dict[str, None] = {}
        self._code = ""
        self._marks = Marks(comma=observed.comma)

    def see(self, part: Part) -> Kept:
        """float64 values, or None where none is a number."""
        kinds, cells, counts = part.read.kinds, part.cells, part.counts
        self._units = {**part.read.units, **self._units}
        if self.observed.stated != "numbers":
            self._marks.note(part)
        if counts[CODE] and not self._code:
            self._code = cells[int(np.argmax(kinds == CODE))].as_py()
        if counts[INFINITE] and not self._infinite_line:
            self._infinite_line = part.lines[int(np.argmax(kinds == INFINITE))]
        if counts[TEXT] and part.is_new and len(self._words) <= MOST_WORDS:
            self._words.update(dict.fromkeys(series.different(cells, kinds == TEXT)[: MOST_WORDS + 1]))
        if counts[TEXT] and len(self._text_cells) < LINES_NAMED:
            places = np.flatnonzero(kinds == TEXT)[: LINES_NAMED - len(self._text_cells)].tolist()
            self._text_cells.extend((part.lines[at], cells[at].as_py()) for at in places)
        return part.read.values if counts[[NUMBER, CODE, INFINITE]].any() else None

    def column(self) -> number.Column | None:
        """Raises TrainerError where somebody chose the kind and hardly any cell is a number."""
        observed = self.observed
        missing = observed.missing + observed.text + observed.infinite
        if self.reading is not None:
            self._require_numbers()
        elif observed.numbers == observed.infinite or not self._are_numbers():
            return None
        return number.Column(
            name=observed.name,
            missing=missing,
            decimal_comma=observed.comma,
            units=tuple(sorted(self._units)),
            gaps=tuple(sorted(self._words)) if self._are_few_words() else (),
        )

    def _are_few_words(self) -> bool:
        """Whether what is no number are a few words, which then stand for a gap."""
        return len(self._words) <= MOST_WORDS and max(map(len, self._words), default=0) <= LONGEST_LEVEL

    def _require_numbers(self) -> None:
        observed = self.observed
        if observed.numbers - observed.infinite > observed.text:
            return
        if not observed.text:
            raise TrainerError(
                "kind_no_values",
                "“%(column)s” cannot be read as numbers: it has no value. Leave it out.",
                field="columns",
                column=observed.name,
            )
        line, value = self._text_cells[0]
        raise TrainerError(
            "kind_no_numbers",
            "“%(column)s” cannot be read as numbers: %(count)s of its %(present)s values are none, the first "
            "“%(value)s” in line %(line)s. Correct them, or choose another decimal mark or kind for the column.",
            field="columns",
            column=observed.name,
            count=observed.text + observed.infinite,
            present=observed.present,
            value=value[:LONGEST_LEVEL],
            line=line,
        )

    def _are_numbers(self) -> bool:
        """Whether most cells are numbers, or all but a few words that stand for a gap; in one unit, and no codes."""
        observed = self.observed
        if observed.stated == "numbers":
            return True
        if observed.are_codes or len(self._different_units()) > 1:
            return False
        many = observed.is_full or len(observed.words()) - len(self._words) > FEW_LEVELS
        return self._is_mostly_numbers() or (
            many and len(self._words) <= MOST_WORDS and observed.numbers >= WORD_SHARE * observed.present
        )

    def _are_partly_numbers(self) -> bool:
        """Whether many cells are measurements, and others keep the column from being one of numbers."""
        observed = self.observed
        if not (observed.is_measured and observed.text) or self._marks.count or len(self._different_units()) > 1:
            return False
        are_many = observed.is_full or len(observed.words()) > FEW_LEVELS
        return are_many and observed.numbers >= WORD_SHARE * observed.present

    def _is_mostly_numbers(self) -> bool:
        return self.observed.numbers >= NUMBER_SHARE * self.observed.present

    def _different_units(self) -> list[str]:
        return [unit for unit in self._units if unit != PARENTHESES]

    def unread(self) -> Unread | None:
        count = self.observed.text + self.observed.infinite
        return Unread(count=count, first=tuple(self._text_cells)) if count else None

    def encoded(self, kept: Kept, count: int) -> Any:
        return np.full(count, np.nan) if kept is None else kept

    def problems(self, column: BaseColumn) -> Iterator[Problem]:
        is_number, is_constant = isinstance(column, number.Column), not self._is_several(column)
        yield from self.unit_problems(is_number=is_number)
        if not is_constant:
            yield from self._marks.problems(
                column.name, self.observed.numbers, self.observed.present, is_number=is_number
            )
        if self.observed.are_codes and not is_number and not is_constant:
            yield problem("codes", column=column.name, value=self._code[:LONGEST_LEVEL])
        if is_number:
            yield from self._text_problems()
        elif not is_constant and self._are_partly_numbers():
            (line, value), count = self._text_cells[0], self.observed.numbers
            yield problem(
                "partly_numbers",
                column=column.name,
                count=count,
                present=self.observed.present,
                value=value[:LONGEST_LEVEL],
                line=line,
            )
        if self.observed.infinite and (is_number or is_constant):
            yield problem("infinite_values", column=column.name, count=self.observed.infinite, line=self._infinite_line)

    @staticmethod
    def _is_several(column: BaseColumn) -> bool:
        return column.distinct > 1 or column.layout is not None

    def _text_problems(self) -> Iterator[Problem]:
        observed = self.observed
        if observed.text and not self._is_mostly_numbers() and len(self._words) <= MOST_WORDS:
            words = ", ".join(f"“{word[:LONGEST_LEVEL]}”" for word in self._words)
            yield problem("words_in_numbers", column=observed.name, count=observed.text, values=words)
        elif observed.text and not self._marks.are_all(observed.text):
            (line, value), cells = self._text_cells[0], self._text_cells
            lines = ", ".join(str(line) for line, _ in cells) + (" …" if observed.text > len(cells) else "")
            yield problem(
                "text_in_numbers",
                column=observed.name,
                count=observed.text,
                value=value[:LONGEST_LEVEL],
                line=line,
                lines=lines,
            )

    def unit_problems(self, *, is_number: bool) -> Iterator[Problem]:
        units, name = self._different_units(), self.observed.name
        if len(units) > 1 and (is_number or self._is_mostly_numbers()):
            shown = ", ".join(f"“{self._units[unit]}”" for unit in units[:LINES_NAMED])
            yield problem("units_as_one" if is_number else "mixed_units", column=name, values=shown)
        if not is_number:
            return
        if len(units) == 1:
            yield problem("unit", column=name, unit=units[0], value=self._units[units[0]])
        if PARENTHESES in self._units:
            yield problem("negative_parentheses", column=name, value=self._units[PARENTHESES])


class Import(kind.Import):
    order = 10
    candidate = Candidate
    has_order = True

    def writer(self, columns: Sequence[BaseColumn], rows: int, folder: Path) -> BlockWriter:
        return BlockWriter(BLOCK, np.float64, rows, len(columns), folder)

    def described(
        self, columns: Sequence[BaseColumn], arrays: Mapping[str, Array], rows: int
    ) -> Iterator[tuple[BaseColumn, ColumnProfile]]:
        for column, values in zip(columns, columns_of(arrays[BLOCK]), strict=True):
            profile = statistics.described(column, values)
            is_identifier = statistics.is_identifier(profile, rows)
            yield (
                column.model_copy(update={"distinct": profile.distinct, "is_identifier": is_identifier}),
                profile,
            )

    def problems(self, table: Table) -> Iterator[Problem]:
        profiles = {profile.name: profile for profile in table.columns}
        for column in table.summary.columns:
            if isinstance(column, number.Column):
                yield from statistics.problems(column, profiles[column.name], table.block_values(column, BLOCK))

    def counts(self, column: BaseColumn, table: Table) -> Counts:
        return statistics.counted(table.block_values(column, BLOCK))

    def axis(self, column: BaseColumn, table: Table, rows: Array) -> Array:
        return np.asarray(table.block_values(column, BLOCK)[rows], np.float64)


IMPORT = Import()
