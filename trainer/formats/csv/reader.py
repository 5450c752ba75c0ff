"""Reads CSV, some thousand rows at a time; what does not fit is told with the number of its line."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, islice
from pathlib import Path

from trainer.errors import TrainerError
from trainer.formats.csv import Spec, dialect, encoding
from trainer.formats.csv.pieces import batches
from trainer.formats.csv.rows import LONGEST_CELL, LONGEST_LINE, Lines, Table, rows
from trainer.importing.archives import Source
from trainer.importing.names import cleaned, distinct
from trainer.importing.parsed import Parsed
from trainer.importing.profile import Problem, checks_of, problem
from trainer.importing.tables import Chunk, parse

MOST_COLUMNS = 20_000
CHUNK_ROWS = 4096
CHUNK_CELLS = 200_000
CHUNK_CHARACTERS = 16 * 1024 * 1024
SAMPLE_ROWS = 200
NAMED = 5
UNMARKED = ("utf-16-le", "utf-16-be")


def read(spec: Spec, sources: Sequence[Source], work: Path) -> Parsed:
    """The table in the one source. Raises TrainerError naming the line where it is no table."""
    if len(sources) != 1:
        raise TrainerError("csv_several", "There are %(count)s tables: %(names)s. Import one table at a time, or join "
                           "them into one.", count=len(sources),
                           names=", ".join(source.name for source in sources[:NAMED]))
    csv.field_size_limit(LONGEST_CELL)
    source = sources[0]
    codec = encoding.detected(source.path) if spec.encoding == "auto" else {"utf-8": "utf-8-sig"}.get(spec.encoding, spec.encoding)
    if codec in UNMARKED and spec.encoding == "auto":
        _check_wide(source)
    mark = _delimiter(spec, source, codec)
    sample = [row for _, row in islice(rows(Table(source, codec, mark, False, 0)), SAMPLE_ROWS)]
    if not sample:
        raise TrainerError("csv_no_rows", "“%(name)s” holds no rows. Choose a file with data.", name=source.name)
    _check_width(source, len(sample[0]))
    example = dialect.decimal_comma(sample, mark)
    header = dialect.has_header(sample, example is not None) if spec.header == "auto" else spec.header == "yes"
    table = Table(source, codec, mark, header, len(sample[0]))
    names, problems = _names(sample[0], table)
    if codec != "utf-8-sig" and spec.encoding == "auto":
        problems.append(problem("encoding", encoding=encoding.LABELS[codec]))
    if example is not None:
        problems.append(problem("decimal_comma", value=example))
    if header and len(sample) == 1:
        raise TrainerError("csv_no_rows", "“%(name)s” has a line of names and no rows. Choose a file with data.", name=source.name)
    parsed = parse(names, _chunks(table), work, comma=example is not None)
    return replace(parsed, problems=(*problems, *parsed.problems),
                   checks=parsed.checks | checks_of(_names))


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


def _check_wide(source: Source) -> None:
    """Zero bytes make a file look like UTF-16. This one is not if its first line has delimiters of one byte and no zero byte."""
    with source.path.open("rb") as file:
        if b"\0" in (first := file.readline(LONGEST_LINE)) or not any(mark.encode() in first for mark in dialect.DELIMITERS):
            return
        lines = iter(lambda: file.readline(LONGEST_LINE), b"")
        line = next(number for number, text in enumerate(lines, start=2) if b"\0" in text)
    raise TrainerError("csv_binary", "Line %(line)s holds bytes that are no text. Save the table as CSV in UTF-8.", line=line)


def _check_width(source: Source, columns: int) -> None:
    """Called before anything looks at the columns one by one."""
    if columns > MOST_COLUMNS:
        raise TrainerError("csv_columns", "“%(name)s” has %(columns)s columns; at most %(most)s are read. Import the "
                           "columns that matter.", name=source.name, columns=columns, most=MOST_COLUMNS)
    if columns < 2:
        raise TrainerError("csv_one_column", "“%(name)s” has one column only. A table needs at least one column to "
                           "learn from and one to predict, separated by commas, semicolons, tabs or bars.", name=source.name)


def _names(first: Sequence[str], table: Table) -> tuple[list[str], list[Problem]]:
    """A name of its own for each column, and what had to be done for it."""
    if not table.header:
        return [f"column {at}" for at in range(1, len(first) + 1)], [problem("no_header", count=len(first))]
    wanted = cleaned(first)
    names = distinct(wanted)
    renamed = [new for new, old in zip(names, wanted, strict=True) if new != old]
    shown = ", ".join(f"“{name}”" for name in renamed[:NAMED])
    return names, [problem("renamed_columns", count=len(renamed), names=shown)] if renamed else []


def _chunks(table: Table) -> Iterator[Chunk]:
    """Rows below the header, some thousand at a time."""
    chunk = Chunk([], [[] for _ in range(table.width)])
    above, held = int(table.header), 0
    most = max(1, min(CHUNK_ROWS, CHUNK_CELLS // table.width))
    for batch in batches(table):
        chunk.extend(batch.lines[above:], (cells[above:] for cells in batch.columns))
        above, held = max(0, above - len(batch.lines)), held + batch.characters
        while count := _enough(chunk, most, held):
            yield chunk.take(count)
            held = batch.characters
    if chunk.lines:
        yield chunk


def _enough(chunk: Chunk, most: int, held: int) -> int:
    """How many of the rows are to go on, 0 while they are too few; ``held`` is at least the number of their characters."""
    full = 0
    if held > CHUNK_CHARACTERS:
        sizes = accumulate(map(sum, zip(*(map(len, cells[:most]) for cells in chunk.columns), strict=True)))
        full = next((count for count, size in enumerate(sizes, start=1) if size > CHUNK_CHARACTERS), 0)
    return full or (most if len(chunk.lines) >= most else 0)
