"""Tables in Excel's .xlsx files."""

import datetime
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from tests.files import imported, picture, refusal, zipped
from trainer.columns import category

ROWS = [
    [
        n * 0.25 if n % 7 else None,
        f"{n % 3:03}",
        datetime.datetime(2024, 1, 1 + n % 4),
        n % 2 == 0,
        "NA" if n == 5 else n % 5,
        "#DIV/0!" if n == 4 else n % 9,
        "yes" if n % 2 else "no",
    ]
    for n in range(40)
]
NAMES = ["size", "code", "day", "flag", "count", "quotient", "label"]


def book(*sheets: Sequence[Sequence[Any]]) -> bytes:
    workbook = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = workbook.active if number == 0 else workbook.create_sheet()
        assert sheet is not None
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_cells_keep_the_types_that_the_file_states(tmp_path: Path) -> None:
    made = imported(tmp_path, {"upload": book([NAMES, *ROWS])})
    assert made.profile.format == "excel"
    kinds = {column.name: column.kind for column in made.data.summary.columns}
    assert kinds == {
        "size": "number",
        "code": "category",
        "day": "date",
        "flag": "boolean",
        "count": "number",
        "quotient": "number",
        "label": "boolean",
    }
    levels = {column.name: column.levels for column in made.data.summary.columns if isinstance(column, category.Column)}
    assert levels["code"] == ("000", "001", "002")
    assert made.profile.columns[2].earliest == "2024-01-01"
    np.testing.assert_array_equal(made.data.array("numbers")[:, 0], [n * 0.25 if n % 7 else np.nan for n in range(40)])
    assert np.isnan(made.data.array("numbers")[4, 2])
    assert made.data.summary.columns[4].missing == 1


def test_titles_above_the_names_and_other_sheets_are_told(tmp_path: Path) -> None:
    made = imported(
        tmp_path, {"x.xlsx": book([], [["Sales of the year"], [], NAMES, *ROWS], [["more", "names"], [1, 2]])}
    )
    assert [column.name for column in made.data.summary.columns] == NAMES
    assert made.data.summary.rows == 40
    assert made.problem("lines_before").params == {"count": 1, "value": "Sales of the year"}
    assert made.problem("other_sheets").params == {"sheet": "Sheet1", "names": "“Sheet2”"}


def test_a_sheet_without_names_gets_some(tmp_path: Path) -> None:
    made = imported(tmp_path, {"x.xlsx": book([[n / 4, n % 2, n % 3] for n in range(5000)])})
    assert [column.name for column in made.data.summary.columns] == ["column 1", "column 2", "column 3"]
    np.testing.assert_array_equal(made.data.array("numbers")[:, 0], np.arange(5000) / 4)


def test_a_sheet_with_pictures_in_it_is_a_table(tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(book([NAMES, *ROWS])))
    assert workbook.active is not None
    workbook.active.add_image(openpyxl.drawing.image.Image(io.BytesIO(picture())))
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert imported(tmp_path, {"x.xlsx": buffer.getvalue()}).profile.format == "excel"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (book([]), "excel_no_rows"),
        (book([NAMES]), "excel_no_rows"),
        (zipped({"xl/workbook.xml": b"<workbook"}), "excel_damaged"),
        (zipped({"xl/workbook.xml": b"no XML", "[Content_Types].xml": b"<Types/>"}), "excel_damaged"),
    ],
)
def test_what_is_no_table_is_refused_with_its_own_sentence(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(tmp_path, {"x.xlsx": content}).code == code
