"""Tables in Excel's .xlsx files."""

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from tests.files import imported, picture, refusal, zipped
from trainer.columns import category
from trainer.columns.number import Reading
from trainer.formats.excel.cells import Merged
from trainer.formats.excel.sheets import Sheet, opened

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
    dataset = imported(tmp_path, {"upload": book([NAMES, *ROWS])})
    assert dataset.profile.format == "excel"
    kinds = {column.name: column.kind for column in dataset.data.summary.columns}
    assert kinds == {
        "size": "number",
        "code": "category",
        "day": "date",
        "flag": "boolean",
        "count": "number",
        "quotient": "number",
        "label": "boolean",
    }
    levels = {
        column.name: column.levels for column in dataset.data.summary.columns if isinstance(column, category.Column)
    }
    assert levels["code"] == ("000", "001", "002")
    assert dataset.profile.columns[2].earliest == "2024-01-01"
    np.testing.assert_array_equal(
        dataset.data.array("numbers")[:, 0], [n * 0.25 if n % 7 else np.nan for n in range(40)]
    )
    assert np.isnan(dataset.data.array("numbers")[4, 2])
    assert dataset.data.summary.columns[4].missing == 1


def test_titles_above_the_names_and_other_sheets_are_told(tmp_path: Path) -> None:
    dataset = imported(
        tmp_path, {"x.xlsx": book([], [["Sales of the year"], [], NAMES, *ROWS], [["more", "names"], [1, 2]])}
    )
    assert [column.name for column in dataset.data.summary.columns] == NAMES
    assert dataset.data.summary.rows == 40
    assert dataset.problem("lines_before").params == {"count": 1, "value": "Sales of the year"}
    assert dataset.problem("other_sheets").params == {"sheet": "Sheet1", "names": "“Sheet2”"}


def test_a_sheet_without_names_gets_some(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.xlsx": book([[n / 4, n % 2, n % 3] for n in range(5000)])})
    assert [column.name for column in dataset.data.summary.columns] == ["column 1", "column 2", "column 3"]
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], np.arange(5000) / 4)


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


def written(fill: Callable[[Any], None]) -> bytes:
    """A workbook as ``fill`` leaves it."""
    workbook, buffer = openpyxl.Workbook(), io.BytesIO()
    fill(workbook)
    workbook.save(buffer)
    return buffer.getvalue()


def edited(workbook: bytes, change: Callable[[str], str]) -> bytes:
    """The workbook with the XML of its first sheet changed, as other programs write it."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"].decode()
    changed = change(sheet)
    assert changed != sheet
    return zipped({**members, "xl/worksheets/sheet1.xml": changed.encode()})


def test_a_sheet_of_notes_or_a_hidden_one_is_not_taken_for_the_table(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        workbook.active.append(["These are the birds of 2024"])
        for title, rows in (("old", ROWS[:5]), ("birds", ROWS)):
            sheet = workbook.create_sheet(title)
            for row in (NAMES, *rows):
                sheet.append(row)
        workbook["old"].sheet_state = "hidden"

    dataset = imported(tmp_path, {"x.xlsx": written(fill)})
    assert dataset.data.summary.rows == 40
    assert dataset.problem("other_sheets").params == {"sheet": "birds", "names": "“old”, “Sheet”"}
    assert dataset.profile.left_out == 2


def test_merged_cells_stand_for_each_of_their_rows(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.active
        sheet.append(["region", "size", "label"])
        for number in range(40):
            sheet.append([("north", "south")[number // 20] if number % 20 == 0 else None, number / 4, number % 2])
        sheet.merge_cells("A2:A21")
        sheet.merge_cells("A22:A41")

    dataset = imported(tmp_path, {"x.xlsx": written(fill)})
    assert dataset.data.array("categories")[:, 0].tolist() == [0] * 20 + [1] * 20
    assert dataset.data.summary.columns[0].missing == 0
    assert dataset.problem("merged_cells").params == {"count": 2}


def test_formulas_that_no_spreadsheet_computed_yet_are_told(tmp_path: Path) -> None:
    rows = [[n, f"=A{n + 2}*2", "yes" if n % 2 else "no"] for n in range(20)]
    dataset = imported(tmp_path, {"x.xlsx": book([["a", "b", "label"], *rows])})
    assert dataset.problem("unstored_formulas").params == {"count": 20}
    assert dataset.problem("unstored_formulas").severity == "warning"


def test_formulas_without_a_name_or_a_value_are_told(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.xlsx": book([[n / 4, n % 3, f"=A{n + 1}*2"] for n in range(20)])})
    assert dataset.problem("unstored_formulas").params == {"count": 20}


@pytest.mark.parametrize("value", ["<v></v>", "<v/>"])
def test_an_empty_text_is_a_value_of_a_formula(tmp_path: Path, value: str) -> None:
    rows = [[n, f'=IF(A{n + 2}>9,"more","")', "yes" if n % 2 else "no"] for n in range(20)]
    computed = edited(
        book([["a", "b", "label"], *rows]),
        lambda xml: re.sub(r'(<c r="B\d+")[^<>]*>(<f>.*?</f>)<v ?/?>(</v>)?', rf'\1 t="str">\2{value}', xml),
    )
    dataset = imported(tmp_path, {"x.xlsx": computed})
    assert dataset.data.summary.rows == 20
    assert [one for one in dataset.profile.problems if one.code == "unstored_formulas"] == []


def test_formulas_beside_a_table_are_none_of_it(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[n / 4, n, "yes" if n % 2 else "no"] for n in range(20)]
    rows[3] += [None, "=SUM(A2:A20)"]
    rows[7][1] = "=1+1"
    content = book([["=NOW()"], [], ["size", "count", "label"], *rows, [], ["=SUM(A2:A20)"]])
    dataset = imported(tmp_path, {"x.xlsx": content})
    assert [column.name for column in dataset.data.summary.columns] == ["size", "count", "label"]
    assert dataset.problem("unstored_formulas").params == {"count": 1}


def test_a_blank_row_divides_wide_titles_and_a_remark_from_the_table(tmp_path: Path) -> None:
    names = ["size", "count", "label"]
    rows = [[n / 4, n, "yes" if n % 2 else "no"] for n in range(20)]
    title: list[list[Any]] = [["Sales of the year"], ["Written on", datetime.date(2024, 1, 1)], []]
    dataset = imported(tmp_path, {"x.xlsx": book([*title, names, *rows, [], ["Source: a friend"]])})
    assert [column.name for column in dataset.data.summary.columns] == names
    assert dataset.data.summary.rows == 20
    assert dataset.problem("lines_before").params["count"] == 2
    assert dataset.problem("lines_behind").params == {"count": 1, "value": "Source: a friend"}
    assert (dataset.folder / "left_out.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "line 1: Sales of the year,above the table",
        "line 2: Written on 2024-01-01,above the table",
        "line 26: Source: a friend,behind the last row",
    ]


def test_columns_without_a_name_or_a_value_are_none(tmp_path: Path) -> None:
    rows = [[None, None, n / 4, None, "yes" if n % 2 else "no"] for n in range(20)]
    dataset = imported(tmp_path, {"x.xlsx": book([[None, None, "size", None, "label"], *rows])})
    assert [column.name for column in dataset.data.summary.columns] == ["size", "label"]
    assert dataset.profile.left_out == 0


def test_durations_and_times_of_day_are_seconds(tmp_path: Path) -> None:
    rows = [
        [datetime.time(n, 30), datetime.timedelta(hours=n) if n else None, "yes" if n % 2 else "no"] for n in range(20)
    ]
    dataset = imported(tmp_path, {"x.xlsx": book([["at", "took", "label"], *rows])})
    numbers = dataset.data.array("numbers")
    np.testing.assert_array_equal(numbers[:, 0], [n * 3600 + 1800 for n in range(20)])
    np.testing.assert_array_equal(numbers[:, 1], [np.nan, *(n * 3600 for n in range(1, 20))])
    assert [one.params for one in dataset.profile.problems if one.code == "durations"] == [
        {"column": "at"},
        {"column": "took"},
    ]


def test_two_workbooks_are_never_taken_for_one(tmp_path: Path) -> None:
    one = book([NAMES, *ROWS])
    assert refusal(tmp_path, {"a.xlsx": one, "b.xlsx": one}).code == "excel_several"


def test_a_file_beside_a_workbook_is_listed(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.xlsx": book([NAMES, *ROWS]), "notes.txt": b"by a friend"})
    assert dataset.problem("other_files").params == {"count": 1, "names": "notes.txt"}


def test_numbers_that_are_text_are_pointed_out_and_read_where_the_kind_is_chosen(
    tmp_path: Path,
) -> None:
    rows = [[f"{n},5", f"{n}%" if n else "n/a", f"{n:02}", "yes" if n % 2 else "no"] for n in range(40)]
    content = {"x.xlsx": book([["size", "share", "code", "label"], *rows])}
    dataset = imported(tmp_path / "plain", content)
    told = [one.params for one in dataset.profile.problems if one.code == "numbers_as_text"]
    assert told == [{"column": "size", "value": "0,5"}, {"column": "share", "value": "1%"}]
    chosen = {"size": Reading(decimal="comma")}
    corrected = imported(tmp_path / "chosen", content, readings=chosen)
    np.testing.assert_array_equal(corrected.data.array("numbers")[:, 0], np.arange(40) + 0.5)


def test_names_of_several_columns_stand_before_their_own(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.active
        sheet.append(["region", "size", None, "label"])
        sheet.append([None, "left", "right", None])
        for number in range(40):
            sheet.append([f"r{number % 3}", number / 4, number % 7, "yes" if number % 2 else "no"])
        for cells in ("A1:A2", "B1:C1", "D1:D2"):
            sheet.merge_cells(cells)

    dataset = imported(tmp_path, {"x.xlsx": written(fill)})
    assert [column.name for column in dataset.data.summary.columns] == ["region", "size left", "size right", "label"]
    assert dataset.data.summary.rows == 40


def test_a_heading_between_rows_is_a_row(tmp_path: Path) -> None:
    rows = [[n / 4, n, "yes" if n % 2 else "no"] for n in range(20)]
    sections: list[list[Any]] = [*rows, [], ["Section B"], ["of two"], *rows]
    dataset = imported(tmp_path, {"x.xlsx": book([["size", "count", "label"], *sections])})
    assert dataset.data.summary.rows == 42
    assert [column.name for column in dataset.data.summary.columns] == ["size", "count", "label"]
    np.testing.assert_array_equal(dataset.data.array("numbers")[[0, 19, 22, 41], 0], [0, 4.75, 0, 4.75])
    assert dataset.problem("text_in_numbers").params["value"] == "Section B"


def test_many_remarks_behind_a_table_are_no_rows(tmp_path: Path) -> None:
    rows = [[n / 4, n, "yes" if n % 2 else "no"] for n in range(20)]
    remarks = [[f"note {n}"] for n in range(25)]
    dataset = imported(tmp_path, {"x.xlsx": book([["size", "count", "label"], *rows, [], *remarks])})
    assert dataset.data.summary.rows == 20
    assert dataset.problem("lines_behind").params == {"count": 25, "value": "note 0"}
    listed = (dataset.folder / "left_out.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [listed[0], *listed[-2:]] == [
        "line 23: note 0,behind the last row",
        "line 42: note 19,behind the last row",
        "5 more lines up to line 47,behind the last row",
    ]


def test_identifiers_of_more_digits_than_a_number_keeps_stay_apart(tmp_path: Path) -> None:
    rows = [[1000 + n, n / 4, "yes" if n % 2 else "no"] for n in range(40)]
    large = edited(
        book([["id", "size", "label"], *rows]),
        lambda xml: re.sub(r"(?<=<v>)1\d{3}(?=</v>)", lambda match: str(2**60 + int(match[0]) - 1000), xml),
    )
    dataset = imported(tmp_path, {"x.xlsx": large})
    assert dataset.profile.columns[0].distinct == 40
    assert dataset.profile.rows[1][0] == str(2**60 + 1)


@pytest.mark.parametrize("size", ["A1", "A1:B3", "A1:XFD1048576"])
def test_what_a_sheet_states_of_its_size_is_not_believed(tmp_path: Path, size: str) -> None:
    wrong = edited(book([NAMES, *ROWS]), lambda xml: re.sub('(?<=<dimension ref=")[^"]+', size, xml))
    dataset = imported(tmp_path, {"x.xlsx": wrong})
    assert [column.name for column in dataset.data.summary.columns] == NAMES
    assert dataset.data.summary.rows == 40


def test_merged_cells_of_the_last_column_fill_rows_that_end_before_it(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.active
        sheet.append(["size", "label", "note"])
        for number in range(40):
            sheet.append([number / 4, "ab"[number // 20] if number % 20 == 0 else None])
        sheet.merge_cells("B2:B21")
        sheet.merge_cells("B22:B41")

    dataset = imported(tmp_path, {"x.xlsx": written(fill)})
    assert dataset.data.summary.columns[1].missing == 0
    assert dataset.data.summary.columns[1].name == "label"


def test_a_mistake_of_this_program_is_not_told_as_damage_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(book([NAMES, *ROWS]))
    with opened(path) as workbook, pytest.raises(KeyError):
        for _ in Sheet(workbook.active, tmp_path, Merged([], [])).rows():
            raise KeyError


def test_a_sheet_that_breaks_off_is_damaged(tmp_path: Path) -> None:
    broken = edited(book([NAMES, *ROWS]), lambda xml: xml[: len(xml) // 2])
    assert refusal(tmp_path, {"x.xlsx": broken}).code == "excel_damaged"


ROWS_OF_GROUPS = [[f"r{n % 3}", n / 4, n % 7, n % 5, "yes" if n % 2 else "no"] for n in range(40)]


def grouped(groups: Sequence[Any], names: Sequence[Any], merges: Sequence[str], titles: int = 0) -> bytes:
    """A workbook with names of several columns above their own, and rows of ``ROWS_OF_GROUPS`` as wide."""

    def fill(workbook: Any) -> None:
        sheet = workbook.active
        for _ in range(titles):
            sheet.append(["Sizes of the year"])
        for row in (groups, names, *ROWS_OF_GROUPS):
            sheet.append(row[: len(names)])
        for cells in merges:
            sheet.merge_cells(cells)

    return written(fill)


@pytest.mark.parametrize(
    ("groups", "merges", "titles"),
    [
        ([None, "left", None, "right", None], ["B1:C1", "D1:E1"], 0),  # a blank corner
        ([None, "left", None, None, None], ["B1:E1"], 0),
        ([None, "left", None, "right", None], ["A1:E1", "B2:C2", "D2:E2"], 1),
        (["in all", None, "left", None, None], ["A1:B1", "C1:E1"], 0),  # nothing but merged cells
        ([None, 2023, None, 2024, None], ["B1:C1", "D1:E1"], 0),
    ],
)
def test_a_row_of_merged_cells_above_the_names_is_no_title(
    tmp_path: Path, groups: Sequence[Any], merges: Sequence[str], titles: int
) -> None:
    names = ["id", "a", "b", "c", "label"]
    above: list[Any] = list(accumulate(groups, lambda last, group: group or last))
    dataset = imported(tmp_path, {"x.xlsx": grouped(groups, names, merges, titles)})
    assert [column.name for column in dataset.data.summary.columns] == [
        name if group is None else f"{group} {name}" for group, name in zip(above, names, strict=True)
    ]
    assert dataset.data.summary.rows == 40
    assert [one.params["count"] for one in dataset.profile.problems if one.code == "lines_before"] == [1] * titles


@pytest.mark.parametrize("merge", ["A1:E1", "A1:C1"])
def test_a_merged_title_stays_a_title(tmp_path: Path, merge: str) -> None:
    names = ["id", "a", "b", "c", "label"]
    content = grouped(["Sizes of the year", None, None, None, None], names, [merge])
    dataset = imported(tmp_path, {"x.xlsx": content})
    assert [column.name for column in dataset.data.summary.columns] == names
    assert dataset.problem("lines_before").params == {"count": 1, "value": "Sizes of the year"}


@pytest.mark.parametrize("titles", [0, 1])
def test_groups_above_texts_alone_are_joined_with_the_names(tmp_path: Path, titles: int) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.active
        for _ in range(titles):
            sheet.append(["Colours of the year"])
        sheet.append(["left", None, "right", None])
        sheet.append(["a", "b", "a", "b"])
        for number in range(40):
            sheet.append(["xyz"[number % 3], "uv"[number % 2], "mno"[number % 3], "yes" if number % 2 else "no"])
        for columns in ("AB", "CD"):
            sheet.merge_cells(f"{columns[0]}{titles + 1}:{columns[1]}{titles + 1}")

    dataset = imported(tmp_path, {"x.xlsx": written(fill)})
    assert [column.name for column in dataset.data.summary.columns] == ["left a", "left b", "right a", "right b"]
    assert dataset.data.summary.rows == 40


def test_a_merged_name_directly_above_rows_takes_none_of_them(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.active
        sheet.append(["kind", "sides", None, "label"])
        for number in range(40):
            sheet.append(["xyz"[number % 3], "uv"[number % 2], "mno"[number % 3], "yes" if number % 2 else "no"])
        sheet.merge_cells("B1:C1")

    dataset = imported(tmp_path, {"x.xlsx": written(fill)})
    assert dataset.data.summary.rows == 40
    assert [dataset.data.summary.columns[at].name for at in (0, 1, 3)] == ["kind", "sides", "label"]


def test_a_row_behind_all_that_a_sheet_can_have_is_refused_before_the_blank_ones_are_counted(tmp_path: Path) -> None:
    far = edited(book([NAMES, *ROWS]), lambda text: text.replace('<row r="41"', '<row r="1000000000000"'))
    assert refusal(tmp_path, {"far.xlsx": far}).code == "excel_rows"
