"""Reads the sheets of .xlsx files, row by row."""

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
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
from trainer.formats.csv.layout import LONGEST_SHOWN, MOST_TITLES, SAMPLE_ROWS, titles
from trainer.formats.excel import WORKBOOK
from trainer.formats.excel.cells import Merged, Row, Wide, filled, merged, names_of_two_rows, unstored
from trainer.formats.excel.values import kind_of, number_in, text_in
from trainer.importing import series
from trainer.importing.archives import Source
from trainer.importing.cells import FAULTS
from trainer.importing.names import cleaned, distinct
from trainer.importing.parsed import LeftOut, Parsed, beside
from trainer.importing.problems import Problem, checks_of, problem
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
MEMBERS = ("xl/", "docProps/", "_rels/", "customXml/", "[Content_Types].xml")
MOST_REMARKS = 20
BEHIND = "behind the last row"


@dataclass(frozen=True)
class Table:
    """Where in a sheet the table lies: its first line with values, the places of its columns with what they hold, which
    of them hold durations or times of day, and the remarks behind it."""

    names: Sequence[str]
    places: Sequence[int]
    stated: Sequence[Stated]
    timed: Sequence[str]
    first: int
    remarks: "Remarks"

    def rows(self, sheet: "Sheet") -> Iterator[Row]:
        behind = self.remarks.first
        for number, cells in sheet.rows():
            if number >= self.first and (behind is None or number < behind):
                yield number, [cells[at] if at < len(cells) else None for at in self.places]


@dataclass(frozen=True)
class Sheet:
    """A sheet as the library has it, and its merged cells."""

    opened: Any
    path: Path
    merged: Merged

    def rows(self) -> Iterator[Row]:
        """Rows that are not blank, with their numbers."""
        return filled(_rows(self.opened), self.merged.tall)


def read(sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The first table of the workbook. Raises TrainerError where there is none."""
    if sum(source.name == WORKBOOK for source in sources) > 1:
        raise TrainerError(
            "excel_several", "There are several Excel files. Import one at a time, or join their tables."
        )
    own = [source for source in sources if source.name.startswith(MEMBERS)]
    with _refusing_damage():
        book = openpyxl.load_workbook(
            _packed(own, work / "book.xlsx"), read_only=True, data_only=True, keep_links=False
        )
        with closing(book):
            sheets = _ordered(book.worksheets)
            if not sheets:
                raise TrainerError("excel_no_rows", "No sheet holds any rows. Choose a file with data.")
            path = next(source.path for source in own if source.name == sheets[0]._worksheet_path.lstrip("/"))
            parsed = _table(Sheet(sheets[0], path, merged(path)), work, readings)
    parsed = beside(parsed, [source for source in sources if source not in own])
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


def _ordered(sheets: Sequence[Any]) -> list[Any]:
    """Those with rows: the one to read is the first that holds a table and is not hidden, where there is one."""
    filled_ones = [sheet for sheet in sheets if next(_rows(sheet), None)]
    return sorted(filled_ones, key=lambda sheet: (not _holds_table(sheet), sheet.sheet_state != "visible"))


def _holds_table(sheet: Any) -> bool:
    """Whether two of the first rows have two values each: notes have one a line."""
    wide = (row for _, row in islice(_rows(sheet), SAMPLE_ROWS) if sum(cell is not None for cell in row) > 1)
    return len(list(islice(wide, 2))) == 2


def _rows(sheet: Any) -> Iterator[Row]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [None if cell in FAULTS or cell == "" else cell for cell in row]
        if any(cell is not None for cell in cells):
            yield number, cells


def _table(sheet: Sheet, work: Path, readings: Readings) -> Parsed:
    sample = list(islice(sheet.rows(), SAMPLE_ROWS))
    texts = [[text_in(cell) for cell in row] for _, row in sample]
    lines = [number for number, _ in sample]
    above = _above(lines, texts)
    has_header = dialect.has_header(texts[above:], comma=False)
    named = _named(lines[above:], texts[above:], sheet.merged.wide) if has_header else (lines[above], None)
    table = _laid_out(sheet, *named)
    parsed = parse(
        distinct(cleaned(table.names)),
        _chunks(table.rows(sheet), table.stated),
        work,
        stated=table.stated,
        readings=readings,
    )
    return replace(
        parsed,
        problems=(
            *_assumed(texts[:above], table, has_header=has_header),
            *_of_cells(sheet, table),
            *parsed.problems,
        ),
        checks=parsed.checks | checks_of(_of_cells),
        left_out=tuple(_left_out(list(zip(lines, map(_joined, texts[:above]), strict=False)), table)),
    )


def _left_out(above: Sequence[tuple[int, str]], table: Table) -> Iterator[LeftOut]:
    for reason, lines in (("above the table", above), (BEHIND, table.remarks.lines)):
        yield from (LeftOut(f"line {number}: {text}", reason) for number, text in lines)
    if others := table.remarks.count - len(table.remarks.lines):
        yield LeftOut(f"{others} more lines up to line {table.remarks.last}", BEHIND)


def _named(lines: Sequence[int], texts: Sequence[Sequence[str]], wide: Sequence[Wide]) -> tuple[int, Sequence[str]]:
    """The first line that can have values, and the names above it, which fill two lines where one of the upper is
    merged over several columns."""
    groups = [one for one in wide if one.row == lines[0]]
    if groups and len(texts) > 2 and dialect.has_header(texts[1:], comma=False):
        return lines[1] + 1, names_of_two_rows(texts[0], texts[1], groups)
    return lines[0] + 1, texts[0]


def _above(numbers: Sequence[int], texts: Sequence[Sequence[str]]) -> int:
    """How many first rows are no part of the table: narrower ones with a blank row below them, or titles."""
    width = Counter(sum(map(bool, row)) for row in texts).most_common(1)[0][0]
    for at in range(min(MOST_TITLES, len(texts) - 2), 0, -1):
        is_narrow = all(sum(map(bool, row)) < width for row in texts[:at])
        if is_narrow and numbers[at] - numbers[at - 1] > 1 and dialect.has_header(texts[at:], comma=False):
            return at
    return titles(texts, comma=False)


@dataclass
class Remarks:
    """Lines of one text each that no row follows: how many, and the first of them. ``places`` are the columns that
    they stand in, for they are rows as soon as one follows."""

    count: int = 0
    last: int = 0
    lines: list[tuple[int, str]] = field(default_factory=list)
    places: set[int] = field(default_factory=set)

    @property
    def first(self) -> int | None:
        return self.lines[0][0] if self.lines else None

    def add(self, number: int, row: Sequence[Any]) -> None:
        place = next(at for at, cell in enumerate(row) if cell is not None)
        self.count, self.last = self.count + 1, number
        self.places.add(place)
        if len(self.lines) < MOST_REMARKS:
            self.lines.append((number, row[place][:LONGEST_SHOWN]))


@dataclass
class Cells:
    """What the rows hold: of each column the types, which hold durations, and the remarks behind the last row."""

    types: list[set[Stated]] = field(default_factory=list)
    timed: set[int] = field(default_factory=set)
    remarks: Remarks = field(default_factory=Remarks)

    def add(self, row: Sequence[Any]) -> None:
        """One more row; what stood before it was no remark."""
        self._widen(max(len(row), *(place + 1 for place in self.remarks.places), 0))
        for place in self.remarks.places:
            self.types[place].add("words")
        self.remarks = Remarks()
        for at, cell in enumerate(row):
            if cell is not None:
                self.types[at].add(kind_of(cell))
            if isinstance(cell, timedelta | time):
                self.timed.add(at)

    def _widen(self, width: int) -> None:
        self.types.extend(set() for _ in range(width - len(self.types)))


def _cells(sheet: Sheet, first: int) -> Cells:
    """Of the rows from the first on. What looks like a remark is one where no row follows it."""
    cells, end = Cells(), first
    for number, row in sheet.rows():
        if number < first:
            continue
        texts = [cell for cell in row if cell is not None]
        is_apart = cells.remarks.count > 0 or number > end + 1
        if is_apart and len(texts) == 1 and isinstance(texts[0], str):
            cells.remarks.add(number, row)
        else:
            cells.add(row)
            end = number
    return cells


def _laid_out(sheet: Sheet, first: int, names: Sequence[str] | None) -> Table:
    """The table from its first row with values on; a column without a name or a value is none."""
    cells = _cells(sheet, first)
    types = cells.types
    called = [name.strip() for name in names or ()]
    called += [""] * (len(types) - len(called))
    places = [at for at, seen in enumerate(types) if seen or called[at]]
    if not any(types):
        raise TrainerError("excel_no_rows", "No sheet holds any rows. Choose a file with data.")
    own = [called[at] for at in places] if names else [f"column {at}" for at in range(1, len(places) + 1)]
    stated: list[Stated] = [next(iter(types[at])) if len(types[at]) == 1 else "spelled" for at in places]
    return Table(
        names=own,
        places=places,
        stated=stated,
        timed=[
            name for name, at, kind in zip(own, places, stated, strict=True) if at in cells.timed and kind == "numbers"
        ],
        first=first,
        remarks=cells.remarks,
    )


def _assumed(above: Sequence[Sequence[str]], table: Table, *, has_header: bool) -> Iterator[Problem]:
    if above:
        yield problem("lines_before", count=len(above), value=_joined(above[0]))
    if not has_header:
        yield problem("no_header", count=len(table.names))
    if table.remarks.count:
        yield problem("lines_behind", count=table.remarks.count, value=table.remarks.lines[0][1])


def _joined(row: Sequence[str]) -> str:
    return " ".join(filter(None, row))[:LONGEST_SHOWN]


def _of_cells(sheet: Sheet, table: Table) -> Iterator[Problem]:
    """What merged cells and formulas gave reason to say."""
    tall = [one for one in sheet.merged.tall if one.first >= table.first and one.column in table.places]
    if tall:
        yield problem("merged_cells", count=len(tall))
    for name in table.timed:
        yield problem("durations", column=name)
    if count := unstored(sheet.path):
        yield problem("unstored_formulas", count=count)


def _chunks(rows: Iterator[Row], stated: Sequence[Stated]) -> Iterator[Chunk]:
    most = max(1, min(CHUNK_ROWS, CHUNK_CELLS // len(stated)))
    while some := list(islice(rows, most)):
        columns = [
            np.array(list(map(number_in, cells)), np.float64) if kind == "numbers" else series.of(map(text_in, cells))
            for kind, cells in zip(stated, zip(*(row for _, row in some), strict=True), strict=True)
        ]
        yield Chunk([number for number, _ in some], columns)
