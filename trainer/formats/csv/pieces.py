"""The rows of a CSV file, column by column and many at a time, as ``rows`` gives them one by one but many
times as fast.

Most pieces of most files are cut at their delimiters by looking at all bytes at once. Where quotation marks, line ends
or widths speak against that, Python's csv reads the piece, and from a piece on that is out of the ordinary, ``rows``
reads, which says what is wrong in which line.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import dropwhile
from typing import TextIO

import numpy as np
import pyarrow as pa

from trainer.data.prepared import Array
from trainer.formats.csv.rows import LONGEST_CELL, LONGEST_LINE, MOST_ROW_LINES, Table, as_wide, fitted, rows
from trainer.importing import series

PIECE, LARGEST_PIECE = 2 * 1024 * 1024, 8 * 1024 * 1024  # characters
COLUMN_PIECE = 512  # characters of a column, so that a wide table has some rows in each piece
CAREFUL_ROWS = 4096
QUOTE, NEWLINE, RETURN = ord('"'), ord("\n"), ord("\r")


@dataclass(frozen=True)
class Batch:
    """Some rows that are not blank: the line that each begins in, and their cells by column."""

    lines: Sequence[int]
    columns: Sequence[pa.StringArray]


class _UnusualError(Exception):
    """The piece is left to ``rows``."""


def batches(table: Table) -> Iterator[Batch]:
    """All rows of the file. Raises TrainerError naming the line that is wrong."""
    line = table.start
    size = min(max(PIECE, COLUMN_PIECE * table.width), LARGEST_PIECE)
    try:
        with table.source.path.open("r", encoding=table.encoding, newline="") as file:
            for _ in range(table.start - 1):
                file.readline(LONGEST_LINE)
            while piece := _piece(file, size):
                batch, line = _cut(piece, table, line) or _parsed(piece, table, line)
                yield batch
        return
    except (_UnusualError, UnicodeError, csv.Error):
        pass
    yield from _careful(table, line)


def _careful(table: Table, line: int) -> Iterator[Batch]:
    """What begins in this line or behind it, row by row."""
    lines: list[int] = []
    some: list[list[str]] = []
    characters = 0
    for number, row in fitted(table, dropwhile(lambda item: item[0] < line, rows(table))):
        lines.append(number)
        some.append(row)
        characters += sum(map(len, row))
        if len(lines) == CAREFUL_ROWS or characters > LARGEST_PIECE:
            yield _batch(lines, some, table.width)
            lines, some, characters = [], [], 0
    yield _batch(lines, some, table.width)


def _batch(lines: Sequence[int], some: Sequence[Sequence[str]], width: int) -> Batch:
    return Batch(lines, [series.of(cells) for cells in zip(*some, strict=True)] or [series.of([])] * width)


def _piece(file: TextIO, size: int) -> str:
    """Some more text that ends where a line does and, if its quotation marks come in pairs, where a row does."""
    parts = [file.read(size), file.readline(LONGEST_LINE)]
    marks, size = sum(part.count('"') if '"' in part else 0 for part in parts), sum(map(len, parts))
    while marks % 2 and size < LONGEST_LINE and (line := file.readline(LONGEST_LINE)):
        parts.append(line)
        marks, size = marks + line.count('"'), size + len(line)
    piece = "".join(parts)
    if size >= LONGEST_LINE or "\0" in piece:
        raise _UnusualError
    return piece


def _cut(piece: str, table: Table, line: int) -> tuple[Batch, int] | None:
    """The piece cut at its delimiters, and the line after it; None where that might not be what csv makes of it."""
    if not table.delimiter.isascii() or table.delimiter in '"\r\n':
        return None
    text = (piece if piece.endswith("\n") else f"{piece}\n").encode()
    if b"\r" in text and b'"' not in text:
        text = text.replace(b"\r\n", b"\n")
    data = np.frombuffer(text, np.uint8)
    quoting = _quoting(data, text, ord(table.delimiter))
    if quoting is None:
        return None
    ends = np.flatnonzero(quoting.is_end)
    if len(ends) % table.width or not _are_as_wide(data[ends].reshape(-1, table.width)):
        return None
    columns, longest = _columns(data, ends, quoting.is_left_out, table.width)
    if longest > LONGEST_CELL or _has_blank_row(columns):
        return None
    lines = _lines(data, ends[table.width - 1 :: table.width], line, quoting.spans_lines)
    return Batch(lines[:-1], columns), lines[-1]


@dataclass(frozen=True)
class _Quoting:
    """Of each byte of a piece, whether a cell ends there, and whether it is no part of any cell."""

    is_end: Array
    is_left_out: Array
    spans_lines: bool = False


def _quoting(data: Array, text: bytes, delimiter: int) -> _Quoting | None:
    """None where a quotation mark stands in the midst of a cell, or a line ends in another way than the others."""
    is_end = (data == delimiter) | (data == NEWLINE)
    if b'"' not in text:
        return None if b"\r" in text else _Quoting(is_end, is_end)
    is_quote = data == QUOTE
    quotes = np.flatnonzero(is_quote)
    opening, closing = quotes[::2], quotes[1::2]
    if len(opening) != len(closing):
        return None
    is_outside = np.cumsum(is_quote, dtype=np.uint8) & 1 == 0
    newlines = is_end & (data == NEWLINE)
    returns = np.flatnonzero(data == RETURN)
    if (data[returns + 1] != NEWLINE).any():
        return None
    is_end &= is_outside
    is_border = is_end.copy()
    is_border[returns] = is_outside[returns]
    doubled = opening[1:] == closing[:-1] + 1  # two quotation marks, which stand for one in a quoted cell
    begins = (opening[1:] > 0) & is_border[opening[1:] - 1]
    if not ((doubled | begins).all() and (doubled | is_border[closing[:-1] + 1]).all()):
        return None
    if len(opening) and not (is_border[closing[-1] + 1] and (opening[0] == 0 or is_border[opening[0] - 1])):
        return None
    is_left_out = is_border | is_quote
    is_left_out[opening[1:][doubled]] = False
    return _Quoting(is_end, is_left_out, bool((newlines & ~is_outside).any()))


def _are_as_wide(ends: Array) -> bool:
    """Whether of the bytes behind the cells [rows, columns] just the last of each row ends a line."""
    return bool((ends[:, -1] == NEWLINE).all() and (ends[:, :-1] != NEWLINE).all())


def _columns(data: Array, ends: Array, is_left_out: Array, width: int) -> tuple[list[pa.StringArray], int]:
    """The cells by column, and the number of bytes of the longest."""
    content = np.compress(~is_left_out, data)
    starts = np.zeros(len(ends) + 1, np.int32)
    has_quotes = len(content) + len(ends) < len(data)
    starts[1:] = np.cumsum(~is_left_out, dtype=np.int32)[ends] if has_quotes else _behind(ends)
    cells = pa.StringArray.from_buffers(len(ends), pa.py_buffer(starts), pa.py_buffer(content))
    places = np.arange(0, len(ends), width, dtype=np.int32)
    return [cells.take(series.numbers(places + column)) for column in range(width)], int(np.diff(starts).max(initial=0))


def _behind(ends: Array) -> Array:
    """Where cells end once the bytes between them are gone."""
    return ends.astype(np.int32) - np.arange(len(ends), dtype=np.int32)


def _has_blank_row(columns: Sequence[pa.StringArray]) -> bool:
    places = None
    for column in columns:
        cells = series.stripped(column if places is None else column.take(places))
        is_empty = series.are_empty(cells)
        if not is_empty.any():
            return False
        places = series.numbers(np.flatnonzero(is_empty) if places is None else places.to_numpy()[is_empty])
    return True


def _lines(data: Array, ends: Array, first: int, spans_lines: bool) -> Sequence[int]:
    """The line that each row begins in, and the line after the last; ``ends`` are the places of the rows' ends."""
    if not spans_lines:
        return range(first, first + len(ends) + 1)
    lines = np.searchsorted(np.flatnonzero(data == NEWLINE), ends, side="right")
    if np.diff(lines, prepend=0).max() > MOST_ROW_LINES:
        raise _UnusualError
    return [first, *(first + lines).tolist()]


def _parsed(piece: str, table: Table, line: int) -> tuple[Batch, int]:
    """The piece as csv reads it, and the line after it. Raises csv.Error unless it ends with a whole row."""
    reader = csv.reader(StringIO(piece, newline=""), delimiter=table.delimiter, strict=True)
    first, lines, parsed_rows = line, [], []
    for row in reader:
        if any(map(str.strip, row)):
            lines.append(line)
            parsed_rows.append(row)
        if first + reader.line_num - line > MOST_ROW_LINES:
            raise _UnusualError
        line = first + reader.line_num
    wide = [as_wide(table, row) for row in parsed_rows]
    odd = [number for number, row in zip(lines, wide, strict=True) if row is None]
    if odd and not table.skips:
        raise _UnusualError
    for number in odd:
        table.left_out.note(number)
    fitting = [(number, row) for number, row in zip(lines, wide, strict=True) if row is not None]
    return _batch([number for number, _ in fitting], [row for _, row in fitting], table.width), line
