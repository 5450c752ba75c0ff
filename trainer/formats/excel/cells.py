"""What the library does not tell of a sheet that it reads row by row: cells that were merged, and formulas without a
stored value. Both stand in the sheet's XML (ECMA-376, part 1, 18.3.1), and are looked for in its bytes."""

import mmap
import re
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl.utils.cell import column_index_from_string, range_boundaries

MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^<>]*?ref=["']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})["']""")
FORMULA = re.compile(  # a cell's attributes, and its value where it is stored and empty
    rb"<(?:\w+:)?c\b([^<>]*)>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
TEXT = re.compile(rb"""\bt=["']str["']""")
MOST_MERGED = 100_000

Row = tuple[int, list[Any]]


@dataclass(frozen=True)
class Tall:
    """Cells of one column that were merged: the value stands in the first row alone."""

    column: int  # from 0 on
    first: int
    last: int


@dataclass(frozen=True)
class Wide:
    """Cells of one row that were merged, as the name of several columns is."""

    row: int
    first: int
    last: int


@dataclass(frozen=True)
class Merged:
    """The merged cells of a sheet; those of several rows and columns count for their first column."""

    tall: list[Tall]
    wide: list[Wide]


def merged(sheet: Path) -> Merged:
    with sheet.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        references = [match[1].decode() for match in islice(MERGED.finditer(content), MOST_MERGED)]
    bounds = [range_boundaries(reference) for reference in references]
    return Merged(
        [Tall(left - 1, top, bottom) for left, top, _, bottom in bounds if bottom > top],
        [Wide(top, left - 1, right - 1) for left, top, right, bottom in bounds if bottom == top and right > left],
    )


def unstored(sheet: Path, first: int, last: int, columns: Container[int]) -> int:
    """How many formulas of the columns have no value that was stored with them, as files have them that no spreadsheet
    opened yet: in the rows from the first to the last, and in rows of nothing else that follow at once."""
    count = 0
    for row, column in _unstored(sheet):
        if first <= row <= last + 1 and column in columns:
            count, last = count + 1, max(last, row)
    return count


def _unstored(sheet: Path) -> Iterator[tuple[int, int]]:
    """Rows and columns, which are counted from 0 on. An empty text that was stored is a value."""
    with sheet.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for attributes, value in (match.groups() for match in FORMULA.finditer(content)):
            place = PLACE.search(attributes)
            if place and not (value and TEXT.search(attributes)):
                yield int(place[2]), column_index_from_string(place[1].decode()) - 1


def filled(rows: Iterator[Row], every: Sequence[Tall]) -> Iterator[Row]:
    """The rows with the value of merged cells in each row that they stand for."""
    starting: defaultdict[int, list[Tall]] = defaultdict(list)
    for one in every:
        starting[one.first].append(one)
    values: dict[int, tuple[int, Any]] = {}  # by column: the last row, and the value
    for number, cells in rows:
        for one in starting.get(number, ()):
            values[one.column] = one.last, cells[one.column] if one.column < len(cells) else None
        for column, (last, value) in list(values.items()):
            if number > last:
                del values[column]
            elif value is not None:
                cells.extend([None] * (column + 1 - len(cells)))
                cells[column] = value if cells[column] is None else cells[column]
        yield number, cells
