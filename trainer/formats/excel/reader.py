"""Reads the sheets of .xlsx files, row by row."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from trainer.columns import Readings
from trainer.errors import TrainerError
from trainer.formats.csv import dialect
from trainer.formats.csv.layout import LONGEST_SHOWN, SAMPLE_ROWS, titles
from trainer.importing import series
from trainer.importing.archives import Source
from trainer.importing.cells import FAULTS
from trainer.importing.names import cleaned, distinct
from trainer.importing.parsed import LeftOut, Parsed
from trainer.importing.problems import Problem, problem
from trainer.importing.stated import Stated
from trainer.importing.tables import Chunk, parse

CHUNK_ROWS = 4096
CHUNK_CELLS = 200_000
DAMAGED = (
    InvalidFileException,
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
)
Row = tuple[int, list[Any]]


def read(sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The table of the first sheet with rows. Raises TrainerError where there is none."""
    with _refusing_damage():
        book = openpyxl.load_workbook(
            _packed(sources, work / "book.xlsx"), read_only=True, data_only=True, keep_links=False
        )
        with closing(book):
            sheets = [sheet for sheet in book.worksheets if next(_rows(sheet), None)]
            if not sheets:
                raise TrainerError("excel_no_rows", "No sheet holds any rows. Choose a file with data.")
            parsed = _table(sheets[0], work, readings)
    others = ", ".join(f"“{sheet.title}”" for sheet in sheets[1:])
    ignored = [problem("other_sheets", sheet=sheets[0].title, names=others)] if others else []
    sheets_left_out = (LeftOut(f"sheet {sheet.title}", "another sheet was read") for sheet in sheets[1:])
    return replace(parsed, problems=(*ignored, *parsed.problems), left_out=(*parsed.left_out, *sheets_left_out))


@contextmanager
def _refusing_damage() -> Iterator[None]:
    try:
        yield
    except (*DAMAGED, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # the library's own have no number
            raise
        raise TrainerError(
            "excel_damaged",
            "The Excel file is damaged, or written in a way that is not known here. Save it again, or save "
            "the sheet as CSV.",
        ) from error


def _packed(sources: Sequence[Source], path: Path) -> Path:
    """The members as the ZIP that they came in, for the library opens no other; they have been checked."""
    with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED) as archive:
        for source in sources:
            archive.write(source.path, source.name)
    return path


def _rows(sheet: Any) -> Iterator[Row]:
    """Rows that are not blank, with their numbers."""
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [None if cell in FAULTS or cell == "" else cell for cell in row]
        if any(cell is not None for cell in cells):
            yield number, cells


def _table(sheet: Any, work: Path, readings: Readings) -> Parsed:
    sample = list(islice(_rows(sheet), SAMPLE_ROWS))
    texts = [[_text(cell) for cell in row] for _, row in sample]
    above = titles(texts, comma=False)
    has_header = dialect.has_header(texts[above:], comma=False)
    first = sample[above][0] + int(has_header)
    stated = _stated(row for row in _rows(sheet) if row[0] >= first)
    if not stated:
        raise TrainerError("excel_no_rows", "No sheet holds any rows. Choose a file with data.")
    names = (
        [*texts[above], *[""] * len(stated)][: len(stated)]
        if has_header
        else [f"column {at}" for at in range(1, len(stated) + 1)]
    )
    chunks = _chunks((row for row in _rows(sheet) if row[0] >= first), stated)
    parsed = parse(distinct(cleaned(names)), chunks, work, stated=stated, readings=readings)
    return replace(parsed, problems=(*_assumed(texts[:above], len(stated), has_header=has_header), *parsed.problems))


def _assumed(above: Sequence[Sequence[str]], columns: int, *, has_header: bool) -> Iterator[Problem]:
    if above:
        yield problem("lines_before", count=len(above), value=" ".join(filter(None, above[0]))[:LONGEST_SHOWN])
    if not has_header:
        yield problem("no_header", count=columns)


def _stated(rows: Iterator[Row]) -> list[Stated]:
    """What each column holds, up to the last with a value."""
    types: list[set[Stated]] = []
    for _, row in rows:
        types.extend(set() for _ in range(len(row) - len(types)))
        for cell, seen in zip(row, types, strict=False):
            if cell is not None:
                seen.add(_type(cell))
    while types and not types[-1]:
        types.pop()
    return [next(iter(seen)) if len(seen) == 1 else "spelled" for seen in types]


def _type(cell: Any) -> Stated:
    if isinstance(cell, str):
        return "words"
    return "numbers" if isinstance(cell, int | float) and not isinstance(cell, bool) else "spelled"


def _chunks(rows: Iterator[Row], stated: Sequence[Stated]) -> Iterator[Chunk]:
    most = max(1, min(CHUNK_ROWS, CHUNK_CELLS // len(stated)))
    while some := list(islice(rows, most)):
        wide = [[*row, *[None] * len(stated)][: len(stated)] for _, row in some]
        columns = [
            np.array([np.nan if cell is None else cell for cell in cells], np.float64)
            if kind == "numbers"
            else series.of(map(_text, cells))
            for kind, cells in zip(stated, zip(*wide, strict=True), strict=True)
        ]
        yield Chunk([number for number, _ in some], columns)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell).replace("\0", " ")
