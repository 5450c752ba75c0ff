"""What a table's first lines tell: the delimiter, whether they begin with names, and how decimal numbers are written."""

import csv
from collections import Counter
from collections.abc import Sequence

from trainer.importing.cells import DECIMAL_COMMA, MISSING, POINTS, THOUSANDS, plain_number

DELIMITERS = (",", ";", "\t", "|")
SURE_LINES = 200


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
    """An example of a number with a decimal comma, if the file writes numbers so. Then points stand between thousands."""
    if mark == ",":
        return None
    cells = [cell.strip() for row in rows for cell in row]
    found = [cell for cell in cells if DECIMAL_COMMA.fullmatch(cell)]
    sure = next((cell for cell in found if not THOUSANDS.fullmatch(cell)), None)
    pointed = (cell for cell in cells if "." in cell and "," not in cell and plain_number(cell))
    if not found or any(sure is None or not POINTS.fullmatch(cell) for cell in pointed):
        return None
    return sure or found[0]


def has_header(rows: Sequence[Sequence[str]], comma: bool) -> bool:
    """Whether the first row holds names: text above columns of numbers, or nothing but different words."""
    first, rest = [cell.strip() for cell in rows[0]], rows[1:]
    if not rest:
        return not any(plain_number(cell, comma) for cell in first)
    votes = 0
    for at, cell in enumerate(first):
        below = [row[at].strip() for row in rest if at < len(row) and row[at].strip() not in MISSING]
        if below and sum(plain_number(value, comma) is not None for value in below) > 0.8 * len(below):
            votes += -1 if plain_number(cell, comma) is not None or cell in MISSING - {""} else 1
    if votes:
        return votes > 0
    return not any(plain_number(cell, comma) for cell in first) and len(set(first)) == len(first) and not _repeated(first, rest)


def _repeated(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether values of the first row stand again below, as values do and names do not."""
    again = sum(any(at < len(row) and row[at].strip() == cell for row in rest) for at, cell in enumerate(first))
    return again > len(first) / 2
