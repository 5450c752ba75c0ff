"""Reads CSV, many rows at a time; what does not fit is told with the number of its line."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from trainer.columns import Readings
from trainer.data.summary import Dialect
from trainer.errors import TrainerError
from trainer.formats.csv import MARKS, Spec, dialect, encoding, is_spaced, unpadded, wide
from trainer.formats.csv.layout import LONGEST_SHOWN, layout
from trainer.formats.csv.mending import mended
from trainer.formats.csv.pieces import batches
from trainer.formats.csv.rows import LONGEST_CELL, LONGEST_LINE, LeftOut, Table
from trainer.importing import parsed, spaced
from trainer.importing.archives import Source
from trainer.importing.names import cleaned, distinct
from trainer.importing.parsed import Parsed
from trainer.importing.problems import Problem, checks_of, problem
from trainer.importing.tables import Chunk, parse

MOST_COLUMNS = 20_000
NAMED = 5
SHOWN = 100  # lines
PIECE = 1024 * 1024
UNMARKED = ("utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class Opened:
    """A file whose layout is known. ``problems`` tell what had to be assumed; what its rows gave reason to leave out is
    known when they have been read."""

    names: Sequence[str]
    table: Table
    comma: bool
    dialect: Dialect
    problems: Sequence[Problem]
    skipped: Sequence[tuple[int, str]] = ()  # lines above the table

    def chunks(self) -> Iterator[Chunk]:
        """All rows. Raises TrainerError naming the line that does not fit."""
        self.table.left_out.clear()
        return _chunks(self.table)

    def lines_left_out(self) -> list[Problem]:
        return list(_left_out(self.table.left_out))

    def left_out(self, prefix: str = "") -> tuple[parsed.LeftOut, ...]:
        """The lines one by one; ``prefix`` says of which file."""
        lines = self.table.left_out
        return (
            *(parsed.LeftOut(f"{prefix}line {line}: {text}", "above the table") for line, text in self.skipped),
            *(parsed.LeftOut(f"{prefix}line {line}", "more or fewer values than the others") for line in lines.lines),
            *(parsed.LeftOut(f"{prefix}line {line}: {text}", "behind the last row") for line, text in lines.remarks),
        )


def read(spec: Spec, sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The table in the one source. Raises TrainerError naming the line where it is no table."""
    if len(sources) != 1:
        raise TrainerError(
            "csv_several",
            "There are %(count)s tables: %(names)s. Import one table at a time, or join them into one.",
            count=len(sources),
            names=", ".join(source.name for source in sources[:NAMED]),
        )
    source = sources[0]
    file = opened(spec, source, work)
    table = parse(file.names, file.chunks, work, comma=file.comma, readings=readings)
    if not table.summary.rows:
        raise TrainerError(
            "csv_no_rows", "“%(name)s” has a line of names and no rows. Choose a file with data.", name=source.name
        )
    return replace(
        table,
        summary=table.summary.model_copy(update={"dialect": file.dialect}),
        problems=(*file.problems, *file.lines_left_out(), *table.problems),
        checks=table.checks | checks_of(_names, _left_out, _decoded),
        left_out=file.left_out(),
    )


def opened(spec: Spec, source: Source, work: Path) -> Opened:
    """How the file is to be read. Raises TrainerError where it is no table."""
    csv.field_size_limit(LONGEST_CELL)
    source, padding = _without_padding(source, work)
    source, codec, faults = _decoded(spec, source, work)
    if codec in UNMARKED and spec.encoding == "auto":
        _check_wide(source)
    has_spaces = spec.delimiter == "space" or (spec.delimiter == "auto" and is_spaced(source, codec))
    if has_spaces:
        source, spec = _tabbed(source, codec, work), spec.model_copy(update={"delimiter": "space"})
    outline = layout(spec, Table(source, codec, is_spaced=has_spaces, skips=spec.other_widths == "leave out"))
    if outline is None:
        raise TrainerError("csv_no_rows", "“%(name)s” holds no rows. Choose a file with data.", name=source.name)
    _check_width(source, outline.table.width)
    names, problems = _names(outline.names, outline.table)
    problems += [*outline.problems, *padding, *faults]
    if codec != "utf-8-sig" and spec.encoding == "auto":
        problems.append(problem("encoding", encoding=encoding.LABELS[codec]))
    if outline.decimal_comma is not None:
        problems.append(problem("decimal_comma", value=outline.decimal_comma))
    written = Dialect(
        delimiter=spaced.SPACE if has_spaces else outline.table.delimiter,
        encoding={"utf-8-sig": "utf-8"}.get(codec, codec),
        header=outline.names is not None,
    )
    return Opened(names, outline.table, outline.decimal_comma is not None, written, problems, outline.skipped)


def _decoded(spec: Spec, source: Source, work: Path) -> tuple[Source, str, list[Problem]]:
    """The file, or a copy that is whole in its encoding; and Python's codec for that."""
    if spec.encoding != "auto":
        return source, {"utf-8": "utf-8-sig"}.get(spec.encoding, spec.encoding), []
    detected = encoding.detected(source.path)
    if not detected.has_faults:
        return source, detected.codec, []
    copy, faults = mended(source, work)
    return copy, detected.codec, [_of_lines("wrong_bytes", faults.count, faults.lines)]


def _tabbed(source: Source, codec: str, work: Path) -> Source:
    """A copy with tabs in place of spaces, line by line. Raises TrainerError where the text is in no such encoding."""
    copy = work / f"tabbed-{source.path.name}"
    try:
        with (
            source.path.open("r", encoding=codec, newline="") as file,
            copy.open("w", encoding=codec, newline="") as out,
        ):
            while line := file.readline(LONGEST_LINE):
                out.write(spaced.tabbed(line))
    except UnicodeError as error:
        raise TrainerError(
            "csv_letters",
            "“%(name)s” is not written in %(encoding)s throughout. Save it as UTF-8, or choose the encoding in the "
            "format's settings.",
            name=source.name,
            encoding=codec,
        ) from error
    return Source.of(copy, source.name)


def _without_padding(source: Source, work: Path) -> tuple[Source, list[Problem]]:
    """The file without the zero bytes and the Ctrl-Z at its end that some programs and some crashes leave there."""
    if source.head.startswith(MARKS) or wide(unpadded(source.head)):
        return source, []
    size = source.size
    with source.path.open("rb") as file:
        end = size
        while end and (block := _block_before(file, end)) and len(text := unpadded(block)) < len(block):
            end -= len(block) - len(text)
            if text:
                break
        if end == size:
            return source, []
        file.seek(0)
        copy = work / f"unpadded-{source.path.name}"
        with copy.open("wb") as out:
            while piece := file.read(min(PIECE, end - file.tell())):
                out.write(piece)
    return Source.of(copy, source.name), [problem("padding", count=size - end)]


def _block_before(file: BinaryIO, end: int) -> bytes:
    start = max(0, end - PIECE)
    file.seek(start)
    return file.read(end - start)


def _left_out(left_out: LeftOut) -> Iterator[Problem]:
    if left_out.count:
        yield _of_lines("other_widths", left_out.count, left_out.lines)
    if left_out.remarks:
        yield problem("lines_behind", count=len(left_out.remarks), value=left_out.remarks[0][1][:LONGEST_SHOWN])


def _of_lines(code: str, count: int, lines: Sequence[int]) -> Problem:
    shown = ", ".join(map(str, lines[:SHOWN])) + (" …" if count > SHOWN else "")
    return problem(code, count=count, lines=shown)


def _check_wide(source: Source) -> None:
    """Zero bytes make a file look like UTF-16. This one is not if its first line has delimiters of one byte and
    no zero byte.
    """
    with source.path.open("rb") as file:
        if b"\0" in (first := file.readline(LONGEST_LINE)) or not any(
            mark.encode() in first for mark in dialect.DELIMITERS
        ):
            return
        lines = iter(lambda: file.readline(LONGEST_LINE), b"")
        line = next(number for number, text in enumerate(lines, start=2) if b"\0" in text)
    raise TrainerError(
        "csv_binary", "Line %(line)s holds bytes that are no text. Save the table as CSV in UTF-8.", line=line
    )


def _check_width(source: Source, columns: int) -> None:
    """Called before anything looks at the columns one by one."""
    if columns > MOST_COLUMNS:
        raise TrainerError(
            "csv_columns",
            "“%(name)s” has %(columns)s columns; at most %(most)s are read. Import the columns that matter.",
            name=source.name,
            columns=columns,
            most=MOST_COLUMNS,
        )
    if columns < 2:
        raise TrainerError(
            "csv_one_column",
            "“%(name)s” has one column only. A table needs at least one column to "
            "learn from and one to predict, separated by commas, semicolons, tabs, bars or spaces.",
            name=source.name,
        )


def _names(first: Sequence[str] | None, table: Table) -> tuple[list[str], list[Problem]]:
    """A name of its own for each column, and what had to be done for it."""
    if first is None:
        return [f"column {at}" for at in range(1, table.width + 1)], [problem("no_header", count=table.width)]
    originals = cleaned(first)
    names = distinct(originals)
    renamed = [new for new, old in zip(names, originals, strict=True) if new != old]
    shown = ", ".join(f"“{name}”" for name in renamed[:NAMED])
    return names, [problem("renamed_columns", count=len(renamed), names=shown)] if renamed else []


def _chunks(table: Table) -> Iterator[Chunk]:
    """The rows below the header."""
    above = int(table.header)
    for batch in batches(table):
        if len(batch.lines) > above:
            yield Chunk(batch.lines[above:], [cells.slice(above) for cells in batch.columns])
        above = max(0, above - len(batch.lines))
