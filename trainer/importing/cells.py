"""Reading the cells of one column as numbers, and knowing which of them say that a value is missing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.data import Array

_WORDS = ("na", "n/a", "nan", "null", "none", "#n/a", "<na>")
MISSING = frozenset({"", "-", "--", "?", ".", *_WORDS, *(word.upper() for word in _WORDS), *(word.title() for word in _WORDS), "NaN"})

PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|infinity)", re.ASCII | re.IGNORECASE)
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?", re.ASCII)
LONGEST_NUMBER = 400


@dataclass(frozen=True)
class Numbers:
    """``values`` float64 [cells], NaN where a cell is missing or no number; where infinities stood; which cells are text."""

    values: Array
    infinite: tuple[int, ...]
    text: tuple[int, ...]


def read(cells: Sequence[str], comma: bool = False) -> Numbers:
    """Read stripped cells; ``comma`` says that the file writes 1,5 for one and a half."""
    values = _all_plain(cells)
    if values is None:
        values, text = _one_by_one(cells, comma)
    else:
        text = ()
    infinite = np.isinf(values)
    if infinite.any():
        values[infinite] = np.nan
    return Numbers(values, tuple(np.flatnonzero(infinite).tolist()), text)


def _all_plain(cells: Sequence[str]) -> Array | None:
    """The quick way for a column without gaps; Python also takes 1_000 and nan for numbers, which we do not."""
    try:
        values = np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return None
    if np.isnan(values).any() or "_" in "".join(cells):
        return None
    return values


def _one_by_one(cells: Sequence[str], comma: bool) -> tuple[Array, tuple[int, ...]]:
    values = np.full(len(cells), np.nan)
    text: list[int] = []
    for at, cell in enumerate(cells):
        if cell in MISSING:
            continue
        plain = plain_number(cell, comma)
        if plain is None:
            text.append(at)
        else:
            values[at] = float(plain)
    return values, tuple(text)


def plain_number(cell: str, comma: bool = False) -> str | None:
    """The cell as Python writes numbers, or None where it is no number."""
    if len(cell) > LONGEST_NUMBER:
        return None
    if comma and DECIMAL_COMMA.fullmatch(cell):
        return cell.replace(".", "").replace(",", ".")
    if PLAIN.fullmatch(cell):
        return cell
    if not comma and THOUSANDS.fullmatch(cell):
        return cell.replace(",", "")
    return None
