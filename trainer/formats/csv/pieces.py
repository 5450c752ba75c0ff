"""The rows of a CSV file, column by column and many at a time, as ``rows`` gives them one by one but several times as
fast.

Most pieces of most files can be cut at every delimiter. Where quotation marks, line ends or widths speak against that,
Python's csv reads the piece, and from a piece on that is out of the ordinary, ``rows`` reads, which says what is wrong
in which line.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import dropwhile
from typing import TextIO

from trainer.formats.csv.rows import LONGEST_CELL, LONGEST_LINE, MOST_ROW_LINES, Table, as_wide, fitted, rows

PIECE = 128 * 1024
MARKS_A_ROW = 4
STAND_IN = "\0"  # for a quoted value; text with zero bytes is refused


@dataclass(frozen=True)
class Batch:
    """Some rows that are not blank: the line that each begins in, its cells by column, and at least as many
    ``characters``.
    """

    lines: Sequence[int]
    columns: Sequence[Sequence[str]]
    characters: int


class _UnusualError(Exception):
    """The piece is left to ``rows``."""


def batches(table: Table) -> Iterator[Batch]:
    """All rows of the file. Raises TrainerError naming the line that is wrong."""
    line = table.start
    try:
        with table.source.path.open("r", encoding=table.encoding, newline="") as file:
            for _ in range(table.start - 1):
                file.readline(LONGEST_LINE)
            while piece := _piece(file):
                batch, line = _cut(piece, table, line) or _parsed(piece, table, line)
                yield batch
        return
    except (_UnusualError, UnicodeError, csv.Error):
        pass
    for number, row in fitted(table, dropwhile(lambda item: item[0] < line, rows(table))):
        yield Batch([number], [[cell] for cell in row], sum(map(len, row)))


def _piece(file: TextIO) -> str:
    """Some more text that ends where a line does and, if its quotation marks come in pairs, where a row does."""
    parts = [file.read(PIECE), file.readline(LONGEST_LINE)]
    marks, size = sum(part.count('"') for part in parts), sum(map(len, parts))
    while marks % 2 and size < LONGEST_LINE and (line := file.readline(LONGEST_LINE)):
        parts.append(line)
        marks, size = marks + line.count('"'), size + len(line)
    piece = "".join(parts)
    if size >= LONGEST_LINE or "\0" in piece:
        raise _UnusualError
    return piece


def _cut(piece: str, table: Table, line: int) -> tuple[Batch, int] | None:
    """The piece cut at its delimiters, and the line after it; None where that might not be what csv makes of it."""
    mark, step = table.delimiter, table.width + 1
    if len(piece) > LONGEST_CELL or piece.count('"') > MARKS_A_ROW * piece.count("\n"):
        return None
    text, quoted = _without_quoted(piece, mark)
    text = text.replace("\r\n", "\n")
    if '"' in text or "\r" in text:
        return None
    text = text if text.endswith("\n") else text + "\n"
    count = text.count("\n")
    cells = text.replace("\n", f"{mark}\n{mark}").split(
        mark
    )  # a cell of its own for each line end shows whether widths agree
    if cells.pop() or len(cells) != count * step or cells[table.width :: step] != ["\n"] * count:
        return None
    at = -1
    for value in quoted:
        at = cells.index(STAND_IN, at + 1)
        cells[at] = value.replace('""', '"')
    columns = [cells[at::step] for at in range(table.width)]
    empty = [at for at, cell in enumerate(columns[0]) if not cell.strip()]
    if any(not any(map(str.strip, cells[at * step : at * step + table.width])) for at in empty):
        return None
    return Batch(range(line, line + count), columns, len(piece)), line + count


def _without_quoted(piece: str, mark: str) -> tuple[str, list[str]]:
    """The piece with a stand-in for each quoted value of a single line, and these values."""
    if '"' not in piece:
        return piece, []
    end = re.escape(mark) + r"\r\n"
    parts = re.split(rf'"(?<![^{end}]")([^"\r\n]*(?:""[^"\r\n]*)*)"(?![^{end}])', piece)
    return STAND_IN.join(parts[::2]), parts[1::2]


def _parsed(piece: str, table: Table, line: int) -> tuple[Batch, int]:
    """The piece as csv reads it, and the line after it. Raises csv.Error unless it ends with a whole row."""
    reader = csv.reader(StringIO(piece, newline=""), delimiter=table.delimiter, strict=True)
    first, lines, found = line, [], []
    for row in reader:
        if any(map(str.strip, row)):
            lines.append(line)
            found.append(row)
        if first + reader.line_num - line > MOST_ROW_LINES:
            raise _UnusualError
        line = first + reader.line_num
    wide = [as_wide(table, row) for row in found]
    odd = [number for number, row in zip(lines, wide, strict=True) if row is None]
    if odd and not table.skips:
        raise _UnusualError
    for number in odd:
        table.left_out.note(number)
    fitting = [(number, row) for number, row in zip(lines, wide, strict=True) if row is not None]
    columns = list(zip(*(row for _, row in fitting), strict=True)) or [()] * table.width
    return Batch([number for number, _ in fitting], columns, len(piece)), line
