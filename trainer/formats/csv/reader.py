"""Reads CSV, some thousand rows at a time; what does not fit is told with the number of its line."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from trainer.errors import TrainerError
from trainer.formats.csv import Spec, dialect, encoding
from trainer.importing.archives import Source, clean
from trainer.importing.parsed import Parsed
from trainer.importing.profile import Problem, problem
from trainer.importing.tables import Chunk, parse

LONGEST_LINE = 16 * 1024 * 1024
LONGEST_ROW = 32 * 1024 * 1024
LONGEST_CELL = 1024 * 1024
MOST_ROW_LINES = 100_000
MOST_COLUMNS = 20_000
CHUNK_ROWS = 4096
CHUNK_CELLS = 200_000
CHUNK_CHARACTERS = 16 * 1024 * 1024
SAMPLE_ROWS = 200
LONGEST_NAME = 200
NAMED = 5


@dataclass(frozen=True)
class Table:
    """How one file is to be read."""

    source: Source
    encoding: str
    delimiter: str
    header: bool
    width: int


def read(spec: Spec, sources: Sequence[Source], work: Path) -> Parsed:
    """The table in the one source. Raises TrainerError naming the line where it is no table."""
    if len(sources) != 1:
        raise TrainerError("csv_several", "There are %(count)s tables: %(names)s. Import one table at a time, or join "
                           "them into one.", count=len(sources),
                           names=", ".join(source.name for source in sources[:NAMED]))
    csv.field_size_limit(LONGEST_CELL)
    source = sources[0]
    codec = encoding.detected(source.path) if spec.encoding == "auto" else {"utf-8": "utf-8-sig"}.get(spec.encoding, spec.encoding)
    mark = _delimiter(spec, source, codec)
    sample = [row for _, row in islice(_rows(Table(source, codec, mark, False, 0)), SAMPLE_ROWS)]
    if not sample:
        raise TrainerError("csv_no_rows", "“%(name)s” holds no rows. Choose a file with data.", name=source.name)
    example = dialect.decimal_comma(sample, mark)
    header = dialect.has_header(sample, example is not None) if spec.header == "auto" else spec.header == "yes"
    table = Table(source, codec, mark, header, len(sample[0]))
    names, problems = _names(sample[0], table)
    if codec != "utf-8-sig" and spec.encoding == "auto":
        problems.append(problem("encoding", encoding=encoding.LABELS[codec]))
    if example is not None:
        problems.append(problem("decimal_comma", value=example))
    _check_size(table, sample)
    parsed = parse(names, lambda: _chunks(table), work, comma=example is not None)
    return Parsed(**{**vars(parsed), "problems": (*problems, *parsed.problems)})


def _delimiter(spec: Spec, source: Source, codec: str) -> str:
    if spec.delimiter != "auto":
        return "\t" if spec.delimiter == "tab" else spec.delimiter
    lines: list[str] = []
    try:
        for line in islice(Lines(source.path, codec), dialect.SURE_LINES):
            lines.append(line)
            if sum(map(len, lines)) > LONGEST_CELL:
                break
    except UnicodeError:
        pass  # told with its line when the rows are read
    return dialect.delimiter(lines)


def _check_size(table: Table, sample: Sequence[Sequence[str]]) -> None:
    if table.width > MOST_COLUMNS:
        raise TrainerError("csv_columns", "“%(name)s” has %(columns)s columns; at most %(most)s are read. Import the "
                           "columns that matter.", name=table.source.name, columns=table.width, most=MOST_COLUMNS)
    if table.width < 2:
        raise TrainerError("csv_one_column", "“%(name)s” has one column only. A table needs at least one column to "
                           "learn from and one to predict, separated by commas, semicolons, tabs or bars.",
                           name=table.source.name)
    if table.header and len(sample) == 1:
        raise TrainerError("csv_no_rows", "“%(name)s” has a line of names and no rows. Choose a file with data.",
                           name=table.source.name)


def _names(first: Sequence[str], table: Table) -> tuple[list[str], list[Problem]]:
    """A name of its own for each column, and what had to be done for it."""
    if not table.header:
        return [f"column {at}" for at in range(1, len(first) + 1)], [problem("no_header", count=len(first))]
    wanted = [clean(cell, LONGEST_NAME).strip() for cell in first]
    taken, names, renamed = set(wanted), [], []
    for at, name in enumerate(wanted, start=1):
        if name and name not in wanted[: at - 1]:
            names.append(name)
            continue
        number, stem = 2, name or f"column {at}"
        new = stem if not name and stem not in taken else f"{stem} ({number})"
        while new in taken:
            number += 1
            new = f"{stem} ({number})"
        taken.add(new)
        names.append(new)
        renamed.append(new)
    shown = ", ".join(f"“{name}”" for name in renamed[:NAMED])
    return names, [problem("renamed_columns", count=len(renamed), names=shown)] if renamed else []


def _chunks(table: Table) -> Iterator[Chunk]:
    """Rows below the header, checked to be as wide as the table."""
    lines: list[int] = []
    rows: list[list[str]] = []
    most, held = max(1, min(CHUNK_ROWS, CHUNK_CELLS // table.width)), 0
    for line, row in islice(_rows(table), int(table.header), None):
        lines.append(line)
        rows.append(_as_wide(table, line, row))
        held += sum(map(len, row))
        if len(rows) >= most or held > CHUNK_CHARACTERS:
            yield Chunk(lines, rows)
            lines, rows, held = [], [], 0
    if rows:
        yield Chunk(lines, rows)


def _as_wide(table: Table, line: int, row: list[str]) -> list[str]:
    if len(row) > table.width and not any(row[table.width :]):
        return row[: table.width]  # delimiters too many at a line's end say nothing
    if len(row) != table.width:
        raise TrainerError("csv_ragged", "Line %(line)s has %(found)s values where the first line has %(expected)s. "
                           "Correct that line; a value that holds the delimiter must stand in quotation marks.",
                           line=line, found=len(row), expected=table.width)
    return row


def _rows(table: Table) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the number of its first line."""
    lines = Lines(table.source.path, table.encoding)
    reader = csv.reader(lines, delimiter=table.delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            lines.characters = lines.count = 0
            if any(cell.strip() for cell in row):
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
