"""Reads the sheets of .xlsx files, row by row."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from trainer.columns import Readings
from trainer.errors import TrainerError
from trainer.formats.csv.layout import LONGEST_SHOWN, SAMPLE_ROWS
from trainer.formats.excel import WORKBOOK
from trainer.formats.excel.cells import Row, merged, unstored
from trainer.formats.excel.heading import Heading, heading
from trainer.formats.excel.sheets import Sheet, opened, ordered
from trainer.formats.excel.values import kind_of, number_in, text_in
from trainer.importing import series
from trainer.importing.archives import Source
from trainer.importing.names import cleaned, distinct
from trainer.importing.parsed import LeftOut, Parsed, beside
from trainer.importing.problems import Problem, checks_of, problem
from trainer.importing.stated import Stated
from trainer.importing.tables import Chunk, parse

CHUNK_ROWS = 4096
CHUNK_CELLS = 200_000
MEMBERS = ("xl/", "docProps/", "_rels/", "customXml/", "[Content_Types].xml")
MOST_REMARKS = 20
MOST_COLUMNS = 16_384  # of a sheet
BEHIND = "behind the last row"


@dataclass(frozen=True)
class Table:
    """Where in a sheet the table lies: its first and last line with values, the places of its columns with what they
    hold, which of them hold durations or times of day, and the remarks behind it."""

    names: Sequence[str]
    places: Sequence[int]
    stated: Sequence[Stated]
    timed: Sequence[str]
    first: int
    last: int
    remarks: "Remarks"

    def rows(self, sheet: "Sheet") -> Iterator[Row]:
        for number, cells in sheet.rows():
            if self.first <= number <= self.last:
                yield number, [cells[at] if at < len(cells) else None for at in self.places]


def read(sources: Sequence[Source], work: Path, readings: Readings) -> Parsed:
    """The first table of the workbook. Raises TrainerError where there is none."""
    if sum(source.name == WORKBOOK for source in sources) > 1:
        raise TrainerError(
            "excel_several", "There are several Excel files. Import one at a time, or join their tables."
        )
    own = [source for source in sources if source.name.startswith(MEMBERS)]
    with opened(_packed(own, work / "book.xlsx")) as book:
        sheets = ordered(book.worksheets)
        if not sheets:
            raise TrainerError("excel_no_rows", "No sheet holds any rows. Choose a file with data.")
        path = next(source.path for source in own if source.name == sheets[0]._worksheet_path.lstrip("/"))
        parsed = _table(Sheet(sheets[0], path, merged(path)), work, readings)
    parsed = beside(parsed, [source for source in sources if source not in own])
    others = ", ".join(f"“{sheet.title}”" for sheet in sheets[1:])
    ignored = [problem("other_sheets", sheet=sheets[0].title, names=others)] if others else []
    sheets_left_out = (LeftOut(f"sheet {sheet.title}", "another sheet was read") for sheet in sheets[1:])
    return replace(parsed, problems=(*ignored, *parsed.problems), left_out=(*parsed.left_out, *sheets_left_out))


def _packed(sources: Sequence[Source], path: Path) -> Path:
    """The members as the ZIP that they came in, for the library opens no other; they have been checked."""
    with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED) as archive:
        for source in sources:
            archive.write(source.path, source.name)
    return path


def _table(sheet: Sheet, work: Path, readings: Readings) -> Parsed:
    outline = heading(list(islice(sheet.rows(), SAMPLE_ROWS)), sheet.merged.wide)
    table = _laid_out(sheet, outline.first, outline.names)
    parsed = parse(
        distinct(cleaned(table.names)),
        lambda: _chunks(table.rows(sheet), table.stated),
        work,
        stated=table.stated,
        readings=readings,
    )
    return replace(
        parsed,
        problems=(
            *_assumed(outline, table),
            *_of_cells(sheet, outline, table),
            *parsed.problems,
        ),
        checks=parsed.checks | checks_of(_of_cells),
        left_out=tuple(_left_out(outline, table)),
    )


def _left_out(outline: Heading, table: Table) -> Iterator[LeftOut]:
    for reason, lines in (("above the table", outline.above), (BEHIND, table.remarks.lines)):
        yield from (LeftOut(f"line {number}: {text}", reason) for number, text in lines)
    if others := table.remarks.count - len(table.remarks.lines):
        yield LeftOut(f"{others} more lines up to line {table.remarks.last}", BEHIND)


@dataclass
class Remarks:
    """Lines of one text each that no row follows: how many, and the first of them. ``places`` are the columns that
    they stand in, for they are rows as soon as one follows."""

    count: int = 0
    last: int = 0
    lines: list[tuple[int, str]] = field(default_factory=list)
    places: set[int] = field(default_factory=set)

    def add(self, number: int, row: Sequence[Any]) -> None:
        place = next(at for at, cell in enumerate(row) if cell is not None)
        self.count, self.last = self.count + 1, number
        self.places.add(place)
        if len(self.lines) < MOST_REMARKS:
            self.lines.append((number, row[place][:LONGEST_SHOWN]))


@dataclass
class Cells:
    """What the rows hold: of each column the types, which hold durations, the last row, and the remarks behind it."""

    last: int
    types: list[set[Stated]] = field(default_factory=list)
    timed: set[int] = field(default_factory=set)
    remarks: Remarks = field(default_factory=Remarks)

    def add(self, number: int, row: Sequence[Any]) -> None:
        """One more row; what stood before it was no remark."""
        self._widen(max(len(row), *(place + 1 for place in self.remarks.places), 0))
        for place in self.remarks.places:
            self.types[place].add("words")
        self.last, self.remarks = number, Remarks()
        for at, cell in enumerate(row):
            if cell is not None:
                self.types[at].add(kind_of(cell))
            if isinstance(cell, timedelta | time):
                self.timed.add(at)

    def _widen(self, width: int) -> None:
        self.types.extend(set() for _ in range(width - len(self.types)))


def _cells(sheet: Sheet, first: int) -> Cells:
    """Of the rows from the first on. What looks like a remark is one where no row follows it."""
    cells = Cells(last=first)
    for number, row in sheet.rows():
        if number < first:
            continue
        texts = [cell for cell in row if cell is not None]
        is_apart = cells.remarks.count > 0 or number > cells.last + 1
        if is_apart and len(texts) == 1 and isinstance(texts[0], str):
            cells.remarks.add(number, row)
        else:
            cells.add(number, row)
    return cells


def _laid_out(sheet: Sheet, first: int, names: Sequence[str] | None) -> Table:
    """The table from its first row with values on; a column without a name or a value is none."""
    cells = _cells(sheet, first)
    types = cells.types
    called = [name.strip() for name in names or ()]
    called += [""] * (len(types) - len(called))
    types.extend(set() for _ in range(len(called) - len(types)))
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
        last=cells.last,
        remarks=cells.remarks,
    )


def _assumed(outline: Heading, table: Table) -> Iterator[Problem]:
    if outline.above:
        yield problem("lines_before", count=len(outline.above), value=outline.above[0][1])
    if outline.names is None:
        yield problem("no_header", count=len(table.names))
    if table.remarks.count:
        yield problem("lines_behind", count=table.remarks.count, value=table.remarks.lines[0][1])


def _of_cells(sheet: Sheet, outline: Heading, table: Table) -> Iterator[Problem]:
    """What merged cells and formulas gave reason to say."""
    tall = [one for one in sheet.merged.tall if one.first >= table.first and one.column in table.places]
    if tall:
        yield problem("merged_cells", count=len(tall))
    for name in table.timed:
        yield problem("durations", column=name)
    columns = range(MOST_COLUMNS) if outline.names is None else set(table.places)  # without values, a name tells one
    if count := unstored(sheet.path, table.first, table.last, columns):
        yield problem("unstored_formulas", count=count)


def _chunks(rows: Iterator[Row], stated: Sequence[Stated]) -> Iterator[Chunk]:
    most = max(1, min(CHUNK_ROWS, CHUNK_CELLS // len(stated)))
    while some := list(islice(rows, most)):
        columns = [
            np.array(list(map(number_in, cells)), np.float64) if kind == "numbers" else series.of(map(text_in, cells))
            for kind, cells in zip(stated, zip(*(row for _, row in some), strict=True), strict=True)
        ]
        yield Chunk([number for number, _ in some], columns)
