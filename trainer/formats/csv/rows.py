"""The rows of a CSV file one by one, within bounds; what is wrong is told with the number of its line."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trainer.errors import TrainerError
from trainer.importing.archives import Source

LONGEST_LINE = 16 * 1024 * 1024
LONGEST_ROW = 32 * 1024 * 1024
MOST_ROW_LINES = 100_000
LONGEST_CELL = 1024 * 1024


@dataclass(frozen=True)
class Table:
    """How one file is to be read."""

    source: Source
    encoding: str
    delimiter: str
    header: bool
    width: int


def rows(table: Table) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the number of its first line. Raises TrainerError naming the line that is wrong."""
    lines = Lines(table.source.path, table.encoding)
    reader = csv.reader(lines, delimiter=table.delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            lines.characters = lines.count = 0
            if any(map(str.strip, row)):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        if "limit" in str(error):
            raise TrainerError("csv_cell", "The value that begins in line %(line)s is longer than a million "
                               "characters. Maybe its closing quotation mark is missing.", line=line) from error
        raise TrainerError("csv_quotes", "The quotation marks in line %(line)s do not match. A quotation mark inside "
                           "of a quoted value must be doubled.", line=line) from error
    except UnicodeError as error:
        raise TrainerError("csv_encoding", "From line %(line)s on, the text is not what its encoding says. Save the "
                           "file as UTF-8.", line=line) from error


def as_wide(table: Table, line: int, row: list[str]) -> list[str]:
    if len(row) > table.width and not any(row[table.width :]):
        return row[: table.width]  # delimiters too many at a line's end say nothing
    if len(row) != table.width:
        raise TrainerError("csv_ragged", "Line %(line)s has %(found)s values where the first line has %(expected)s. "
                           "Correct that line; a value that holds the delimiter must stand in quotation marks.",
                           line=line, found=len(row), expected=table.width)
    return row


class Lines:
    """The lines of a file with their ends. Neither one line nor one row over many lines can grow without bound."""

    def __init__(self, path: Path, codec: str) -> None:
        self._file = path.open("r", encoding=codec, newline="")
        self._number = 0
        self.characters = self.count = 0  # since the last whole row

    def __iter__(self) -> Iterator[str]:
        with self._file as file:
            while line := file.readline(LONGEST_LINE):
                self._check(line)
                yield line

    def _check(self, line: str) -> None:
        self._number += 1
        self.characters += len(line)
        self.count += 1
        if self.count > MOST_ROW_LINES:
            raise TrainerError("csv_row_lines", "A row goes on over more than %(most)s lines up to line %(line)s. "
                               "Maybe a closing quotation mark is missing.", line=self._number, most=MOST_ROW_LINES)
        if len(line) == LONGEST_LINE or self.characters > LONGEST_ROW:
            raise TrainerError("csv_line", "Line %(line)s is longer than %(most)s million characters. Write one row a "
                               "line.", line=self._number, most=LONGEST_LINE // 1024**2)
        if "\0" in line:
            raise TrainerError("csv_binary", "Line %(line)s holds bytes that are no text. Save the table as CSV in "
                               "UTF-8.", line=self._number)
