"""Deciding what kind a column of text cells is: numbers, categories, free text, or the same value throughout."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np

from trainer.columns import Column, boolean, category, constant, number, text
from trainer.data.prepared import Array
from trainer.importing.cells import CODE as CODED
from trainer.importing.cells import GAP, INFINITE, MISSING, TEXT, Read
from trainer.importing.cells import read as read_numbers
from trainer.importing.levels import LONGEST_LEVEL, Levels, is_short_form, visible
from trainer.importing.profile import Problem, problem
from trainer.importing.profile_classes import case_problems
from trainer.importing.spelled import PARENTHESES

NUMBER_SHARE = 0.8
MOST_LEVELS = 1000
FEW_LEVELS = 20
MOST_HELD = 20_000
VALUES_HELD = 500_000
LINES_NAMED = 5
CODE_SHARE = 0.001
WORD_SHARE = 0.3  # of numbers, where the rest of a column are a few words
MOST_WORDS = 5
CODE = np.dtype(np.int16)


class Observed:
    """What has been seen of one column so far. Memory is bounded: beyond ``cap`` different values, new ones are not
    held.
    """

    GAPS: ClassVar[frozenset[str]] = MISSING

    def __init__(self, name: str, comma: bool, columns: int) -> None:
        self.name = name
        self._comma = comma
        self._cap = min(MOST_HELD, max(MOST_LEVELS // 5, VALUES_HELD // columns))
        self._levels = Levels(comma, self.GAPS)
        self._full = False
        self._is_measured = False
        self._rows = self._missing = self._numbers = self._codes = self._infinite = self._text = self._length = (
            self._held
        ) = 0
        self._text_cells: list[tuple[int, str]] = []
        self._infinite_lines: list[int] = []
        self._units: dict[str, str] = {}
        self._words: dict[str, None] = {}
        self._code = ""
        self.spellings: set[str] = set()

    def see(self, cells: Any, lines: Sequence[int]) -> tuple[Array | None, Array | None]:
        """Take note of some more stripped cells and of the lines they stand in.

        What the cells are if the column turns out to hold numbers: float64 values, or None where none is a number; and
        if it turns out to hold categories: ``CODE`` places in ``lookup``, or None once that is ruled out.
        """
        places, longest = self._hold(cells)
        read = self._read(cells, places if longest <= LONGEST_LEVEL else None)
        numbers = self._count(read, cells, lines)
        if places is None:
            return read.values if numbers else None, None
        self._held += int((read.kinds != GAP).sum())
        coded = places.astype(CODE) if len(self._levels) <= MOST_LEVELS else None
        return read.values if numbers else None, coded

    def _read(self, cells: Sequence[str], places: Array | None) -> Read:
        return read_numbers(cells, self._comma) if places is None else self._levels.read(places)

    def _hold(self, cells: Sequence[str]) -> tuple[Array | None, int]:
        """The cells' places among the held values, None once there are too many, and the length of the longest cell."""
        if self._full:
            return None, 0
        lengths = np.fromiter(map(len, cells), np.int64, len(cells))
        self._length += int(lengths.sum())
        longest = int(lengths.max())
        places = self._levels.places(cells, longest)
        self._full = len(self._levels) > self._cap
        return places, longest

    def _count(self, read: Read, cells: Sequence[str], lines: Sequence[int]) -> int:
        """Note what the cells are; how many are numbers, infinite ones included."""
        plain, missing, text, infinite, codes = np.bincount(read.kinds, minlength=5).tolist()
        finite = plain + codes
        self._rows += len(cells)
        self._missing += missing
        self._numbers += finite + infinite
        self._infinite += infinite
        self._codes += codes
        self._is_measured = self._is_measured or read.is_measured
        self._text += text
        if missing:
            self.spellings |= self.GAPS.intersection(cells)
        if read.units:
            self._units = {**read.units, **self._units}
        if codes and not self._code:
            self._code = cells[int(np.argmax(read.kinds == CODED))]
        if infinite and not self._infinite_lines:
            self._infinite_lines.append(lines[int(np.argmax(read.kinds == INFINITE))])
        if text and len(self._words) <= MOST_WORDS:
            self._words.update(dict.fromkeys(cells[at] for at in np.flatnonzero(read.kinds == TEXT).tolist()))
        if text and len(self._text_cells) < LINES_NAMED:
            places = np.flatnonzero(read.kinds == TEXT)[: LINES_NAMED - len(self._text_cells)].tolist()
            self._text_cells.extend((lines[at], cells[at]) for at in places)
        return int(finite + infinite)

    def lookup(self) -> Array:
        """int32 [codes]: the index of each code's level, -1 for one that says that a value is missing."""
        return self._levels.indices(self._sorted())

    def truths(self) -> Array:
        """int8 [codes] of a column of yes and no: 1 or 0, -1 for a code that says that a value is missing."""
        words = self._sorted()
        pair = boolean.pair(words)
        assert pair is not None
        truths = np.array([pair.index(word.casefold()) for word in words] + [-1], np.int8)  # -1 stands last
        return truths[self._levels.indices(words)]

    def _sorted(self) -> list[str]:
        return sorted(set(self._levels.forms().values()))

    def decided(self) -> Column:
        """The column with its kind. ``distinct`` of a text column counts up to a bound."""
        present = self._rows - self._missing
        levels = [] if self._full else self._sorted()
        if not self._full and len(levels) <= 1:
            return constant.Column(name=self.name, missing=self._missing, distinct=len(levels))
        if self._are_numbers(len(levels), present):
            missing = self._missing + self._text + self._infinite
            if self._numbers == self._infinite:  # no value is left
                return constant.Column(name=self.name, missing=missing)
            return number.Column(
                name=self.name,
                missing=missing,
                decimal_comma=self._comma,
                units=tuple(sorted(self._units)),
                gaps=self._gaps(self._words if len(self._words) <= MOST_WORDS else ()),
            )
        if not self._full and (words := boolean.pair(levels)) is not None:
            return boolean.Column(
                name=self.name, missing=self._missing, distinct=len(words), levels=words, gaps=self._gaps()
            )
        if not self._full and self._is_category(len(levels), present):
            return category.Column(
                name=self.name, missing=self._missing, distinct=len(levels), levels=tuple(levels), gaps=self._gaps()
            )
        return text.Column(name=self.name, missing=self._missing, distinct=len(self._levels))

    def _gaps(self, words: Iterable[str] = ()) -> tuple[str, ...]:
        """The words that stand for a missing value: those that say so, and ``words`` where they are short."""
        return tuple(sorted({*self.spellings, *(word for word in words if len(word) <= LONGEST_LEVEL)} - {""}))

    def _are_numbers(self, levels: int, present: int) -> bool:
        """Whether most cells are numbers, or all but a few words that stand for a gap; in one unit, and no codes."""
        if self._are_codes() or len(self._different_units()) > 1:
            return False
        many = self._full or levels - len(self._words) > FEW_LEVELS
        return self._numbers >= NUMBER_SHARE * present or (
            many and len(self._words) <= MOST_WORDS and self._numbers >= WORD_SHARE * present
        )

    def _are_codes(self) -> bool:
        return not self._is_measured and self._codes > CODE_SHARE * self._numbers

    def _different_units(self) -> list[str]:
        return [unit for unit in self._units if unit != PARENTHESES]

    def _is_category(self, levels: int, present: int) -> bool:
        short = self._length <= LONGEST_LEVEL * max(1, self._rows) * 0.75 and not any(
            map(is_short_form, self._levels.words())
        )
        return short and levels <= MOST_LEVELS and (levels <= FEW_LEVELS or levels <= present / 2)

    def problems(self, column: Column) -> list[Problem]:
        """What to say about the cells of this column, now that its kind is known."""
        found: list[Problem] = []
        found.extend(self.unit_problems(column))
        if self._are_codes() and column.kind in {"category", "text"}:
            found.append(problem("codes", column=self.name, value=self._code[:LONGEST_LEVEL]))
        if column.kind == "number" and self._numbers < NUMBER_SHARE * (self._rows - self._missing):
            words = ", ".join(f"“{word[:LONGEST_LEVEL]}”" for word in self._words)
            found.append(problem("words_in_numbers", column=self.name, count=self._text, values=words))
        elif column.kind == "number" and self._text:
            (line, value), cells = self._text_cells[0], self._text_cells
            lines = ", ".join(str(line) for line, _ in cells) + (" …" if self._text > len(cells) else "")
            found.append(
                problem(
                    "text_in_numbers",
                    column=self.name,
                    count=self._text,
                    value=value[:LONGEST_LEVEL],
                    line=line,
                    lines=lines,
                )
            )
        if column.kind in {"number", "constant"} and self._infinite:
            found.append(
                problem("infinite_values", column=self.name, count=self._infinite, line=self._infinite_lines[0])
            )
        if column.kind == "constant":
            found.append(problem("constant", column=self.name))
        if isinstance(column, category.Column):
            found.extend(case_problems(column.levels))
            found.extend(self._joined())
        if column.kind == "text" and not self._is_identifier(column) and not self._are_codes():
            found.append(problem("text_column", column=self.name))
        if column.kind == "text" and self._is_identifier(column):
            found.append(problem("identifier", column=self.name))
        if column.missing and column.kind != "constant":
            found.append(problem("missing_values", column=self.name, count=column.missing, rows=self._rows))
        return found

    def _joined(self) -> list[Problem]:
        joined = self._levels.joined()
        shown = "; ".join(" = ".join(f"“{visible(word)}”" for word in words) for words in joined[:LINES_NAMED])
        return [problem("joined_labels", column=self.name, count=len(joined), names=shown)] if joined else []

    def unit_problems(self, column: Column) -> list[Problem]:
        units, many = self._different_units(), self._numbers >= NUMBER_SHARE * (self._rows - self._missing)
        if column.kind != "number":
            shown = ", ".join(f"“{self._units[unit]}”" for unit in units[:LINES_NAMED])
            return [problem("mixed_units", column=self.name, values=shown)] if len(units) > 1 and many else []
        found = [problem("unit", column=self.name, unit=unit, value=self._units[unit]) for unit in units]
        if PARENTHESES in self._units:
            found.append(problem("negative_parentheses", column=self.name, value=self._units[PARENTHESES]))
        return found

    def _is_identifier(self, column: Column) -> bool:
        """Short words, no two alike."""
        present = self._rows - self._missing
        different = column.distinct == present or (self._full and column.distinct == self._held)
        return present > FEW_LEVELS and different and not any(" " in word for word in self._levels.words())
