"""Reading the cells of one column as numbers, and knowing which of them say that a value is missing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import filterfalse

import numpy as np

from trainer.data.prepared import Array
from trainer.importing.spelled import LONGEST_NUMBER, Number, plain_number, spelled_number

_WORDS = ("na", "n/a", "n.a.", "nan", "nat", "nil", "null", "none", "#n/a", "<na>", "(null)", "(nan)", "(none)")
FAULTS = frozenset(
    {"\\N", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"}
)  # as databases and spreadsheets write them
_MARKS = ("", "\u200b", "\ufeff", "-", "--", "?", ".", "NaN", "NaT")
MISSING = frozenset({*_MARKS, *FAULTS, *_WORDS, *(word.upper() for word in _WORDS), *(word.title() for word in _WORDS)})

BEGINNINGS = frozenset("+-.,0123456789iI")
LARGEST = 1e33  # models compute in float32, which ends at 3.4e38: the rest is room for a network to multiply


NUMBER, GAP, TEXT, INFINITE, CODE = range(5)
# What a number would not keep: leading zeros, digits beyond those of float64, and an E that is a letter.
CODED = re.compile(r"0\d+|\d{16,}|\d+E\d{1,3}", re.ASCII)
SURE_DIGITS = 1e15


@dataclass(frozen=True)
class Read:
    """``values`` float64 [cells], NaN but for numbers that can be used; ``kinds`` uint8 [cells]: NUMBER, GAP, TEXT,
    INFINITE, or CODE for a number that is written as codes are, among whole numbers alone.

    A number beyond ``LARGEST`` counts as infinite. ``units`` are those that stand beside numbers, each with such a
    cell.
    """

    values: Array
    kinds: Array
    units: Mapping[str, str] = field(default_factory=dict)
    is_measured: bool = False  # whether a number is written with a fraction

    def at(self, places: Array) -> "Read":
        return Read(self.values[places], self.kinds[places], self.units, self.is_measured)


def read(cells: Sequence[str], comma: bool = False) -> Read:
    """Read stripped cells; ``comma`` says that the file writes 1,5 for one and a half."""
    values = None
    if not comma or not any("." in cell for cell in cells):
        values = _all_plain(cells)
        if values is None:
            values = _plain_with_gaps(cells)
    found = (
        _one_by_one(cells, comma)
        if values is None
        else Read(values, np.where(np.isnan(values), GAP, NUMBER).astype(np.uint8))
    )
    with np.errstate(invalid="ignore"):
        infinite = np.abs(found.values) > LARGEST
    found.values[infinite] = np.nan
    found.kinds[infinite] = INFINITE
    return replace(found, is_measured=_are_measured(found, cells))


def _are_measured(read: Read, cells: Sequence[str]) -> bool:
    """Whether there are fractions. Where there are none, numbers that are written as codes are marked as such."""
    is_number = read.kinds == NUMBER
    if not is_number.any():
        return False
    present = read.values[is_number]
    text = "\n".join(("", *cells)) if (present == np.floor(present)).all() else "."
    if "." in text:
        return True
    if "\n0" in text or "E" in text or np.abs(present).max() >= SURE_DIGITS:
        codes = np.fromiter((CODED.fullmatch(cell) is not None for cell in cells), np.bool_, len(cells))
        read.kinds[codes & is_number] = CODE
    return False


def _all_plain(cells: Sequence[str]) -> Array | None:
    """The quick way for a column without gaps."""
    values = _floats(cells)
    if values is None:
        return None
    text = "".join(cells)
    return values if text.isascii() and "_" not in text else None


def _plain_with_gaps(cells: Sequence[str]) -> Array | None:
    """The quick way for a column of numbers with missing values."""
    present = _floats(filterfalse(MISSING.__contains__, cells))
    if present is None or max(map(len, cells), default=0) > LONGEST_NUMBER:
        return None
    text = "".join(cells)
    if "_" in text or not text.isascii():
        return None
    values = np.full(len(cells), np.nan)
    values[~np.fromiter(map(MISSING.__contains__, cells), np.bool_, len(cells))] = present
    return values


def _floats(cells: Iterable[str]) -> Array | None:
    """The cells as Python reads them, which takes nan and 1_000 for numbers, too; None where one is nan or no
    number.
    """
    try:
        values = np.fromiter(map(float, cells), np.float64)
    except ValueError:
        return None
    return None if np.isnan(values).any() else values


def number_of(cell: str, comma: bool = False) -> "Number | None":
    """The number that a stripped cell writes, as programs or as people do."""
    if cell and cell[0] in BEGINNINGS and (plain := plain_number(cell, comma)) is not None:
        return Number(plain)
    return spelled_number(cell, comma)


def _one_by_one(cells: Sequence[str], comma: bool) -> Read:
    """The exact way; every different cell is looked at once."""
    places = {cell: at for at, cell in enumerate(dict.fromkeys(cells))}
    units: dict[str, str] = {}
    different = Read(np.full(len(places), np.nan), np.full(len(places), TEXT, np.uint8), units)
    for cell, at in places.items():
        if cell in MISSING:
            different.kinds[at] = GAP
        elif (plain := number_of(cell, comma)) is not None:
            different.values[at], different.kinds[at] = float(plain.digits), NUMBER
            if plain.unit:
                units.setdefault(plain.unit, cell)
    return different.at(np.fromiter(map(places.__getitem__, cells), np.intp, len(cells)))
