"""Reading the cells of one column as numbers, and knowing which of them say that a value is missing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import filterfalse

import numpy as np

from trainer.data import Array

_WORDS = ("na", "n/a", "nan", "null", "none", "#n/a", "<na>")
MISSING = frozenset({"", "-", "--", "?", ".", *_WORDS, *(word.upper() for word in _WORDS), *(word.title() for word in _WORDS), "NaN"})

PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|infinity)", re.ASCII | re.IGNORECASE)
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
POINTS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII)  # thousands of who writes decimal commas
DECIMAL_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?", re.ASCII)
LONGEST_NUMBER = 400
BEGINNINGS = frozenset("+-.,0123456789iI")
LARGEST = 1e33  # models compute in float32, which ends at 3.4e38: the rest is room for a network to multiply


NUMBER, GAP, TEXT, INFINITE = range(4)


@dataclass(frozen=True)
class Read:
    """``values`` float64 [cells], NaN but for numbers that can be used; ``kinds`` uint8 [cells]: NUMBER, GAP, TEXT or INFINITE.

    A number beyond ``LARGEST`` counts as infinite.
    """

    values: Array
    kinds: Array

    def at(self, places: Array) -> "Read":
        return Read(self.values[places], self.kinds[places])


def read(cells: Sequence[str], comma: bool = False) -> Read:
    """Read stripped cells; ``comma`` says that the file writes 1,5 for one and a half."""
    values = None
    if not comma or not any("." in cell for cell in cells):
        values = _all_plain(cells)
        if values is None:
            values = _plain_with_gaps(cells)
    found = _one_by_one(cells, comma) if values is None else Read(values, np.where(np.isnan(values), GAP, NUMBER).astype(np.uint8))
    with np.errstate(invalid="ignore"):
        infinite = np.abs(found.values) > LARGEST
    found.values[infinite] = np.nan
    found.kinds[infinite] = INFINITE
    return found


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
    """The cells as Python reads them, which takes nan and 1_000 for numbers, too; None where one is nan or no number."""
    try:
        values = np.fromiter(map(float, cells), np.float64)
    except ValueError:
        return None
    return None if np.isnan(values).any() else values


def _one_by_one(cells: Sequence[str], comma: bool) -> Read:
    """The exact way; every different cell is looked at once."""
    places = {cell: at for at, cell in enumerate(set(cells))}
    different = Read(np.full(len(places), np.nan), np.full(len(places), TEXT, np.uint8))
    for cell, at in places.items():
        if cell in MISSING:
            different.kinds[at] = GAP
        elif cell[0] in BEGINNINGS and (plain := plain_number(cell, comma)) is not None:
            different.values[at], different.kinds[at] = float(plain), NUMBER
    return different.at(np.fromiter(map(places.__getitem__, cells), np.intp, len(cells)))


def plain_number(cell: str, comma: bool = False) -> str | None:
    """The cell as Python writes numbers, or None where it is no number."""
    if len(cell) > LONGEST_NUMBER:
        return None
    if comma and (DECIMAL_COMMA.fullmatch(cell) or POINTS.fullmatch(cell)):
        return cell.replace(".", "").replace(",", ".")
    if PLAIN.fullmatch(cell):
        return cell
    if not comma and THOUSANDS.fullmatch(cell):
        return cell.replace(",", "")
    return None
