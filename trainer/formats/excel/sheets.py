"""The sheets of a workbook as the library reads them, row by row."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from trainer.errors import TrainerError
from trainer.formats.csv.layout import SAMPLE_ROWS
from trainer.formats.excel.cells import Merged, Row, filled
from trainer.importing.cells import FAULTS

MOST_ROWS = 1_048_576  # that Excel writes; the library fills up what a file skips with blank ones
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


@dataclass(frozen=True)
class Sheet:
    """A sheet as the library has it, and its merged cells."""

    opened: Any
    path: Path
    merged: Merged

    def rows(self) -> Iterator[Row]:
        """Rows that are not blank, with their numbers."""
        return filled(_rows(self.opened), self.merged.tall)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The workbook. Its sheets are as large as their cells say: what a file states of their size is wrong in some."""
    with _refusing_damage():
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    with closing(book):
        for sheet in book.worksheets:
            sheet.reset_dimensions()
        yield book


@contextmanager
def _refusing_damage() -> Iterator[None]:
    """Around what the library does alone: a mistake of this program is no damage of the file."""
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


def ordered(sheets: Sequence[Any]) -> list[Any]:
    """Those with rows: the one to read is the first that holds a table and is not hidden, where there is one."""
    filled_ones = [sheet for sheet in sheets if next(_rows(sheet), None)]
    return sorted(filled_ones, key=lambda sheet: (not _holds_table(sheet), sheet.sheet_state != "visible"))


def _holds_table(sheet: Any) -> bool:
    """Whether two of the first rows have two values each: notes have one a line."""
    wide = (row for _, row in islice(_rows(sheet), SAMPLE_ROWS) if sum(cell is not None for cell in row) > 1)
    return len(list(islice(wide, 2))) == 2


def _rows(sheet: Any) -> Iterator[Row]:
    for number, row in enumerate(_library_rows(sheet), start=1):
        if number > MOST_ROWS:
            raise TrainerError(
                "excel_rows",
                "The sheet “%(sheet)s” says that it has more rows than a sheet can have (%(most)s). Save it again, or "
                "save it as CSV.",
                sheet=sheet.title,
                most=MOST_ROWS,
            )
        cells = [None if cell in FAULTS or cell == "" else cell for cell in row]
        if any(cell is not None for cell in cells):
            yield number, cells


def _library_rows(sheet: Any) -> Iterator[Sequence[Any]]:
    """Each as wide as its last cell; errors of who takes the rows do not come by here."""
    with _refusing_damage():
        yield from sheet.iter_rows(values_only=True)
