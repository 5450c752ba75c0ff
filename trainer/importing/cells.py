"""Reading the cells of one column as numbers, and knowing which of them say that a value is missing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.data.prepared import Array
from trainer.importing import series, spelled_series
from trainer.importing.spelled import LARGEST, Number, plain_number, spelled_number

_WORDS = ("na", "n/a", "n.a.", "nan", "nat", "nil", "null", "none", "#n/a", "<na>", "(null)", "(nan)", "(none)")
FAULTS = frozenset(
    {"\\N", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"}
)  # as databases and spreadsheets write them
_MARKS = ("", "\u200b", "\ufeff", "-", "--", "?", ".", "NaN", "NaT")
MISSING = frozenset({*_MARKS, *FAULTS, *_WORDS, *(word.upper() for word in _WORDS), *(word.title() for word in _WORDS)})

BEGINNINGS = frozenset("+-.,0123456789iI")


NUMBER, GAP, TEXT, INFINITE, CODE = range(KINDS := 5)
# What a number would not keep: leading zeros, digits beyond those of float64, and an E that is a letter.
CODED = re.compile(r"0\d+|\d{16,}|\d+E\d{1,3}", re.ASCII)
SURE_DIGITS = 1e15
ZERO = ord("0")
NOTHING = pa.scalar(None, pa.string())


@dataclass(frozen=True)
class Read:
    """``values`` float64 [cells], NaN but for numbers that can be used; ``kinds`` uint8 [cells]: NUMBER, GAP, TEXT,
    INFINITE, or CODE for a number that is written as codes are, among whole numbers alone.

    A number beyond ``LARGEST`` counts as infinite. ``units`` are those that stand beside numbers, each with
    such a cell.
    """

    values: Array
    kinds: Array
    units: Mapping[str, str] = field(default_factory=dict)
    is_measured: bool = False  # whether a number is written with a fraction

    def at(self, places: Array) -> "Read":
        return Read(self.values[places], self.kinds[places], self.units, self.is_measured)


def read(cells: pa.StringArray, comma: bool = False) -> Read:
    """Read stripped cells; ``comma`` says that the file writes 1,5 for one and a half."""
    is_quick = not (comma and series.contain(cells, b"."))
    read = (is_quick and (_all_plain(cells) or _plain_with_gaps(cells))) or _any(cells, comma)
    with np.errstate(invalid="ignore"):
        infinite = np.abs(read.values) > LARGEST
    read.values[infinite] = np.nan
    read.kinds[infinite] = INFINITE
    return replace(read, is_measured=True) if _are_measured(read, cells) else read


def _are_measured(read: Read, cells: pa.StringArray) -> bool:
    """Whether there are fractions. Where there are none, numbers that are written as codes are marked as such."""
    is_number = read.kinds == NUMBER
    present = read.values[is_number]
    if not len(present):
        return False
    cells = series.narrowed(cells)
    if (present != np.floor(present)).any():
        return True
    content = series.content(cells)
    if b"." in content:
        return True
    may_lead = b"0" in content and series.begin(cells, ZERO).any()
    if may_lead or b"E" in content or np.abs(present).max() >= SURE_DIGITS:
        codes = np.asarray(pc.match_substring_regex(cells, f"^(?:{CODED.pattern})$"))
        read.kinds[codes & is_number] = CODE
    return False


def _all_plain(cells: pa.StringArray) -> Read | None:
    """The quick way for a column without gaps."""
    values = _floats(cells)
    return None if values is None or np.isnan(values).any() else Read(values, np.full(len(cells), NUMBER, np.uint8))


def _plain_with_gaps(cells: pa.StringArray) -> Read | None:
    """The quick way for a column of numbers with missing values."""
    is_gap = are_gaps(cells)
    values = _floats(pc.if_else(series.mask(is_gap), NOTHING, cells)) if is_gap.any() else None
    if values is None or (np.isnan(values) != is_gap).any():
        return None
    return Read(values, np.where(is_gap, GAP, NUMBER).astype(np.uint8))


@cache
def among(gaps: frozenset[str]) -> pc.SetLookupOptions:
    """What asks Arrow whether cells are such."""
    return pc.SetLookupOptions(value_set=series.of(sorted(gaps)))


def are_gaps(cells: pa.StringArray, gaps: frozenset[str] = MISSING) -> Array:
    """bool: which cells say that a value is missing."""
    return np.asarray(pc.is_in(cells, options=among(gaps)))


def _floats(cells: pa.StringArray) -> Array | None:
    """The cells as Arrow reads them, which takes nan for a number, NaN for nothing; None where one is no number."""
    try:
        values = pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        return None
    return np.array(values.fill_null(np.nan) if values.null_count else values)


def _any(cells: pa.StringArray, comma: bool) -> Read:
    """The exact way; every different cell is looked at once."""
    places = cells.dictionary_encode()
    different = places.dictionary
    numbers = spelled_series.numbers(different, comma)
    kinds = np.where(numbers.are_numbers, NUMBER, TEXT).astype(np.uint8)
    kinds[are_gaps(different)] = GAP
    return Read(numbers.values, kinds, numbers.units).at(np.asarray(places.indices))


def number_of(cell: str, comma: bool = False) -> "Number | None":
    """The number that a stripped cell writes, as programs or as people do."""
    if cell and cell[0] in BEGINNINGS and (plain := plain_number(cell, comma)) is not None:
        return Number(plain)
    return spelled_number(cell, comma)
