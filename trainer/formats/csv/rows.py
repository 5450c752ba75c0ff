"""The rows of a CSV file one by one, within bounds; what is wrong is told with the number of its line."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from trainer.errors import TrainerError
from trainer.importing.archives import Source
from trainer.importing.cells import number_of
from trainer.importing.spaced import COMMENT

LONGEST_LINE = 16 * 1024 * 1024
LONGEST_ROW = 32 * 1024 * 1024
MOST_ROW_LINES = 100_000
LONGEST_CELL = 1024 * 1024
MOST_LISTED = 1_000_000
MOST_REMARKS = 20


@dataclass(frozen=True)
class Table:
    """How one file is to be read."""

    source: Source
    encoding: str
    delimiter: str = ","
    header: bool = False
    width: int = 0
    start: int = 1  # the line in which the table begins
    is_spaced: bool = False  # then the delimiter stands in place of spaces
    skips: bool = False  # rows of another width, instead of refusing the file
    left_out: "LeftOut" = field(default_factory=lambda: LeftOut(), compare=False)

    def original(self, line: str) -> str:
        """As it can be shown to whoever wrote it."""
        return line.replace(self.delimiter, " ") if self.is_spaced else line


@dataclass
class LeftOut:
    """What was read and is no part of the table: lines of another width, and remarks behind the last row."""

    count: int = 0
    lines: list[int] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)  # with their lines

    def clear(self) -> None:
        """Before the rows are read again."""
        self.count = 0
        self.lines.clear()
        self.remarks.clear()

    def note(self, line: int) -> None:
        self.count += 1
        if len(self.lines) < MOST_LISTED:
            self.lines.append(line)


def rows(table: Table) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the number of its first line. Raises TrainerError naming the line
    that is wrong.
    """
    lines = Lines(table.source.path, table.encoding, table.start)
    reader = csv.reader(lines, delimiter=table.delimiter, strict=True)
    line = table.start
    try:
        for row in reader:
            lines.characters = lines.count = 0
            if any(map(str.strip, row)):
                yield line, row
            line = reader.line_num + table.start
    except csv.Error as error:
        raise _misquoted(error, line) from error
    except UnicodeError as error:
        raise TrainerError(
            "csv_encoding",
            "From line %(line)s on, the text is not what its encoding says. Save the file as UTF-8.",
            line=line,
        ) from error


def _misquoted(error: csv.Error, line: int) -> TrainerError:
    if "limit" in str(error):
        return TrainerError(
            "csv_cell",
            "The value that begins in line %(line)s is longer than a million "
            "characters. Maybe its closing quotation mark is missing.",
            line=line,
        )
    return TrainerError(
        "csv_quotes",
        "The quotation marks in line %(line)s do not match. A quotation mark inside of a quoted value must be doubled.",
        line=line,
    )


def fitted(table: Table, numbered: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """The rows as wide as the table. Remarks behind the last one are left out, and rows of another width where the
    table skips them; otherwise raises TrainerError naming the line.
    """
    for line, row in numbered:
        if (wide := as_wide(table, row)) is not None:
            yield line, wide
        elif table.skips:
            table.left_out.note(line)
        else:
            behind = [(line, row), *islice(numbered, MOST_REMARKS)]
            if len(behind) > MOST_REMARKS or not all(_is_remark(other, table.width) for _, other in behind):
                raise TrainerError(
                    "csv_ragged",
                    "Line %(line)s has %(found)s values where the first line has %(expected)s. "
                    "Correct that line; a value that holds the delimiter must stand in quotation marks. Or choose in "
                    "the format's settings to leave such lines out.",
                    line=line,
                    found=len(row),
                    expected=table.width,
                )
            table.left_out.remarks.extend(
                (number, table.original(table.delimiter.join(other))) for number, other in behind
            )


def as_wide(table: Table, row: list[str]) -> list[str] | None:
    """The row as wide as the table; None where it is not."""
    if len(row) > table.width and not any(row[table.width :]):
        return row[: table.width]  # delimiters too many at a line's end say nothing
    return row if len(row) == table.width else None


def _is_remark(row: list[str], width: int) -> bool:
    """Whether a line says something in place of giving values: one text alone, or a comment."""
    cells = [cell for cell in row if cell.strip()]
    return len(row) != width and (
        row[0].startswith(COMMENT) or (len(cells) == 1 and number_of(cells[0].strip()) is None)
    )


class Lines:
    """The lines of a file with their ends. Neither one line nor one row over many lines can grow without bound."""

    def __init__(self, path: Path, codec: str, start: int = 1) -> None:
        self._file = path.open("r", encoding=codec, newline="")
        self._start, self._number = start, 0
        self.characters = self.count = 0  # since the last whole row

    def __iter__(self) -> Iterator[str]:
        with self._file as file:
            while line := file.readline(LONGEST_LINE):
                self._check(line)
                if self._number >= self._start:
                    yield line
                else:
                    self.characters = self.count = 0

    def _check(self, line: str) -> None:
        self._number += 1
        self.characters += len(line)
        self.count += 1
        if self.count > MOST_ROW_LINES:
            raise TrainerError(
                "csv_row_lines",
                "A row goes on over more than %(most)s lines up to line %(line)s. "
                "Maybe a closing quotation mark is missing.",
                line=self._number,
                most=MOST_ROW_LINES,
            )
        if len(line) == LONGEST_LINE or self.characters > LONGEST_ROW:
            raise TrainerError(
                "csv_line",
                "Line %(line)s is longer than %(most)s million characters. Write one row a line.",
                line=self._number,
                most=LONGEST_LINE // 1024**2,
            )
        if "\0" in line:
            raise TrainerError(
                "csv_binary",
                "Line %(line)s holds bytes that are no text. Save the table as CSV in UTF-8.",
                line=self._number,
            )
