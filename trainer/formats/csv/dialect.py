"""What a table's first lines tell: the delimiter, whether they begin with names, and how decimal
numbers are written.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from trainer.importing.cells import MISSING, number_of
from trainer.importing.spelled import DECIMAL_COMMA, POINTS, THOUSANDS, bare_digits

DELIMITERS = (",", ";", "\t", "|")
SURE_LINES = 200
ROWS_COMPARED = 50
ALIKE_SHARE = 0.2
WHOLE = re.compile(r"\d{1,9}", re.ASCII)
EARLIEST, LATEST = 1500, 2200  # years
LISTED = re.compile(r"[+-]?\d[\d,]*,\d*", re.ASCII)  # digits and commas alone


def delimiter(lines: Sequence[str]) -> str:
    """The one that cuts most lines into equally many columns, at least two; a comma where none does."""
    return max(DELIMITERS, key=lambda mark: _agreement(lines, mark))


def _agreement(lines: Sequence[str], mark: str) -> tuple[float, int]:
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if row)
    except csv.Error:
        return 0.0, 0
    if not widths:
        return 0.0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (count / widths.total(), width) if width > 1 else (0.0, 0)


def decimal_comma(rows: Sequence[Sequence[str]], mark: str) -> str | None:
    """An example of a number with a decimal comma, if the file writes numbers so. Then points stand between thousands.

    Between commas, where a number with one stands in quotation marks, it has to be clear that none
    are between thousands.
    """
    cells = [bare_digits(cell.strip()) for row in rows for cell in row]
    with_comma = [cell for cell in cells if DECIMAL_COMMA.fullmatch(cell)]
    sure = next((cell for cell in with_comma if not THOUSANDS.fullmatch(cell)), None)
    pointed = (cell for cell in cells if "." in cell and "," not in cell and number_of(cell))
    if not with_comma or any(sure is None or not POINTS.fullmatch(cell) for cell in pointed):
        return None
    if mark == "," and (
        sure is None or any(LISTED.fullmatch(cell) and not DECIMAL_COMMA.fullmatch(cell) for cell in cells)
    ):
        return None
    return sure or with_comma[0]


def has_header(rows: Sequence[Sequence[str]], comma: bool) -> bool:
    """Whether the first row holds names: text above columns of numbers, or nothing but different words."""
    first, rest = [cell.strip() for cell in rows[0]], rows[1:]
    if not rest:
        return not any(number_of(cell, comma) for cell in first)
    votes = 0
    for at, cell in enumerate(first):
        below = [row[at].strip() for row in rest if at < len(row) and row[at].strip() not in MISSING]
        if below and sum(number_of(value, comma) is not None for value in below) > 0.8 * len(below):
            votes += -1 if _is_alike(cell, below, comma) or cell in MISSING - {""} else 1
    if votes > 0 or _is_numbered(first, rest):
        return True
    if votes:
        return False
    return (
        not any(number_of(cell, comma) for cell in first)
        and len(set(first)) == len(first)
        and not _repeated(first, rest)
    )


def _is_alike(cell: str, below: Sequence[str], comma: bool) -> bool:
    """Whether the first cell of a column of numbers is a number as those below are: ``10 km`` above numbers
    alone is a name.
    """
    number = number_of(cell, comma)
    return number is not None and (
        not number.unit
        or any(
            value is not None and value.unit == number.unit for value in (number_of(value, comma) for value in below)
        )
    )


def _is_numbered(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether the first row numbers its columns, as in ``,0,1,2`` or ``country,2019,2020``: whole numbers in
    order, as no row below has them, beside words that no value below is, or beside an empty name of a column
    that counts the rows.
    """
    places = [at for at, cell in enumerate(first) if WHOLE.fullmatch(cell)]
    others = [at for at in range(len(first)) if at not in set(places)]
    below = {at: [row[at].strip() for row in rest if at < len(row)] for at in others}
    if not places or any(first[at] and (first[at] in MISSING or first[at] in below[at]) for at in others):
        return False
    empty = [at for at in others if not first[at]]
    if empty:
        return any(_counts(below[at]) for at in empty)
    compared = rest[:ROWS_COMPARED]
    alike = sum(_steps(row, places) == _steps(first, places) for row in compared)
    return _is_in_order(first, places, others) and alike <= ALIKE_SHARE * len(compared)


def _steps(row: Sequence[str], places: Sequence[int]) -> set[int] | None:
    """The different steps from each of the row's numbers to the next; None where they are not whole, or one alone
    and no year.
    """
    cells = [row[at].strip() if at < len(row) else "" for at in places]
    if not all(WHOLE.fullmatch(cell) for cell in cells) or (
        len(cells) == 1 and not EARLIEST <= int(cells[0]) <= LATEST
    ):
        return None
    return {int(after) - int(before) for before, after in pairwise(cells)}


def _is_in_order(first: Sequence[str], places: Sequence[int], others: Sequence[int]) -> bool:
    """Whether the numbers of the first row count from 0 or 1, or are years or many numbers in equal steps."""
    values, steps = [int(first[at]) for at in places], _steps(first, places) or set()
    if all(EARLIEST <= value <= LATEST for value in values):
        return min(steps, default=1 if others else 0) > 0
    counts = values[0] in {0, 1} and steps == {1}
    return (counts and len(values) >= (2 if others else 3)) or (len(steps) == 1 and min(steps) > 0 and len(values) > 3)


def _counts(cells: Sequence[str]) -> bool:
    """Whether the cells are 0, 1, 2, … or 1, 2, 3, …"""
    return bool(cells) and cells[0] in {"0", "1"} and cells == [str(int(cells[0]) + at) for at in range(len(cells))]


def _repeated(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether values of the first row stand again below, as values do and names do not."""
    again = sum(any(at < len(row) and row[at].strip() == cell for row in rest) for at, cell in enumerate(first))
    return again > len(first) / 2
