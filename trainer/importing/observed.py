"""What is known of one column's cells, whatever kind they turn out to be of."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from trainer.data.prepared import Array
from trainer.importing import series
from trainer.importing.cells import CODE, GAP, INFINITE, KINDS, MISSING, NUMBER, TEXT, Read, are_gaps
from trainer.importing.cells import read as read_numbers
from trainer.importing.forms import LONGEST_LEVEL
from trainer.importing.levels import Levels
from trainer.importing.spelled import LARGEST
from trainer.importing.stated import Stated

MOST_HELD = 20_000
LEAST_HELD = 200
VALUES_HELD = 500_000
NUMBERS_HELD, NUMBER_SHARE = 1000, 0.8  # of a column of numbers no more different cells are held
CODE_SHARE = 0.001


@dataclass(frozen=True)
class Part:
    """Some cells of a column: stripped texts as Arrow keeps them, or float64 values where the file states numbers, and
    the lines that they stand in. ``raw`` are the cells as they stand in the file. ``read`` is what they are as numbers;
    where no kind asks for that, each is a gap or a text. ``places`` are theirs among the different cells of the column,
    None once those are too many to be held. ``is_new`` says that a cell may be another than all before.
    """

    cells: Any
    raw: Any
    lines: Sequence[int]
    read: Read
    places: Array | None
    is_new: bool = True

    @cached_property
    def counts(self) -> Array:
        """How many cells are of each of the kinds of ``read``."""
        return np.bincount(self.read.kinds, minlength=KINDS)


class Observed:
    """What has been seen of one column so far. Memory is bounded: beyond ``most`` different values, new
    ones are not held.
    """

    def __init__(self, name: str, stated: Stated, *, comma: bool, most: int, reads_numbers: bool) -> None:
        self.name, self.stated, self.comma = name, stated, comma
        self.gaps = MISSING if stated == "spelled" else frozenset({""})
        self.levels = Levels(comma, self.gaps)
        self.is_full = False
        self.length = self.held = 0
        self.spellings: set[str] = set()
        self.lowest, self.highest = np.inf, -np.inf  # of stated numbers
        self._most, self._reads_numbers, self._is_measured = most, reads_numbers, False
        self._counts = np.zeros(KINDS, np.int64)
        self._words: list[str] | None = None

    def see(self, raw: Any, lines: Sequence[int]) -> Part:
        """Take note of some more cells and of the lines they stand in."""
        are_stated = isinstance(raw, np.ndarray)
        part = self._of_numbers(raw, lines) if are_stated else self._of_texts(raw, lines)
        self._words = None
        counts = part.counts
        self._counts += counts
        self.is_full = self.is_full or len(self.levels) > self._most or self._are_many_numbers()
        self._is_measured = self._is_measured or part.read.is_measured
        if part.places is not None:
            self.held += len(part.places) - int(counts[GAP])
        if counts[GAP] and part.is_new and not are_stated:
            self.spellings |= self.gaps.intersection(series.different(part.cells, part.read.kinds == GAP))
        return part

    def _are_many_numbers(self) -> bool:
        """Whether these are numbers of too many values to be anything else."""
        return self._reads_numbers and len(self.levels) > NUMBERS_HELD and self.numbers >= NUMBER_SHARE * self.present

    def _of_texts(self, raw: pa.StringArray, lines: Sequence[int]) -> Part:
        cells, count = series.stripped(raw), self.levels.count
        places, longest = self._hold(cells)
        if not self._reads_numbers:
            read = self._as_words(cells)
        elif places is None or longest > LONGEST_LEVEL:
            read = read_numbers(cells, self.comma)
        else:
            read = self.levels.read(places)
        return Part(cells, raw, lines, read, places, is_new=places is None or self.levels.count > count)

    def _hold(self, cells: pa.StringArray) -> tuple[Array | None, int]:
        """The cells' places among the held values, None once there are too many, and the length of the longest cell."""
        if self.is_full:
            return None, 0
        lengths = series.lengths(cells)
        self.length += int(lengths.sum())
        longest = int(lengths.max())
        return self.levels.places(cells, longest), longest

    def _as_words(self, cells: pa.StringArray) -> Read:
        is_gap = are_gaps(cells, self.gaps)
        return Read(np.full(len(cells), np.nan), np.where(is_gap, GAP, TEXT).astype(np.uint8))

    def _of_numbers(self, cells: Array, lines: Sequence[int]) -> Part:
        self.is_full = True  # nothing is held
        values = np.array(cells, np.float64)
        with np.errstate(invalid="ignore"):
            is_infinite = np.abs(values) > LARGEST
        kinds = np.where(is_infinite, INFINITE, np.where(np.isnan(values), GAP, NUMBER)).astype(np.uint8)
        values[is_infinite] = np.nan
        if (kinds == NUMBER).any():
            self.lowest, self.highest = min(self.lowest, np.nanmin(values)), max(self.highest, np.nanmax(values))
        return Part(cells, cells, lines, Read(values, kinds), None)

    @property
    def gap_words(self) -> tuple[str, ...]:
        """The words that say that a value is missing."""
        return tuple(sorted(self.spellings - {""}))

    @property
    def rows(self) -> int:
        return int(self._counts.sum())

    @property
    def missing(self) -> int:
        """Cells that are empty or say that a value is missing."""
        return int(self._counts[GAP])

    @property
    def present(self) -> int:
        return self.rows - self.missing

    @property
    def text(self) -> int:
        """Cells that are neither numbers nor gaps."""
        return int(self._counts[TEXT])

    @property
    def infinite(self) -> int:
        return int(self._counts[INFINITE])

    @property
    def numbers(self) -> int:
        """Cells that are numbers, infinite ones included."""
        return int(self._counts[[NUMBER, CODE, INFINITE]].sum())

    @property
    def is_measured(self) -> bool:
        """Whether a number is written with a fraction."""
        return self._is_measured

    @property
    def are_codes(self) -> bool:
        """Whether digits are written as codes are, with leading zeros or more digits than numbers keep."""
        return not self._is_measured and int(self._counts[CODE]) > CODE_SHARE * self.numbers

    def words(self) -> list[str]:
        """The different cells in alphabetical order, one for all that look alike; none where they are not held."""
        if self._words is None:
            self._words = [] if self.is_full else sorted(set(self.levels.forms().values()))
        return self._words


def most_held(columns: int) -> int:
    """How many different values are held of each of so many columns."""
    return min(MOST_HELD, max(LEAST_HELD, VALUES_HELD // columns))
