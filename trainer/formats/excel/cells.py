"""What the library does not tell of a sheet that it reads row by row: cells that were merged, and formulas without a
stored value. Both stand in the sheet's XML (ECMA-376, part 1, 18.3.1), and are looked for in its bytes."""

import mmap
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl.utils.cell import range_boundaries

MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
UNSTORED = re.compile(
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*"
    rb"</(?:\w+:)?c>"
)
MOST_MERGED = 100_000

Row = tuple[int, list[Any]]


@dataclass(frozen=True)
class Tall:
    """Cells of one column that were merged: the value stands in the first row alone."""

    column: int  # from 0 on
    first: int
    last: int


def tall(sheet: Path) -> list[Tall]:
    """Merged cells of more than one row, by their first column: others give names or titles more room."""
    with sheet.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        references = [match[1].decode() for match in islice(MERGED.finditer(content), MOST_MERGED)]
    bounds = (range_boundaries(reference) for reference in references)
    return [Tall(left - 1, top, bottom) for left, top, _, bottom in bounds if bottom > top]


def unstored(sheet: Path) -> int:
    """How many formulas have no value that was stored with them, as files have them that no spreadsheet opened yet."""
    with sheet.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return sum(1 for _ in UNSTORED.finditer(content))


def filled(rows: Iterator[Row], merged: list[Tall]) -> Iterator[Row]:
    """The rows with the value of merged cells in each row that they stand for."""
    starting: defaultdict[int, list[Tall]] = defaultdict(list)
    for one in merged:
        starting[one.first].append(one)
    values: dict[Tall, Any] = {}
    for number, cells in rows:
        for one in starting.get(number, ()):
            values[one] = cells[one.column] if one.column < len(cells) else None
        values = {one: value for one, value in values.items() if one.last >= number}
        for one, value in values.items():
            if one.column < len(cells) and cells[one.column] is None:
                cells[one.column] = value
        yield number, cells
