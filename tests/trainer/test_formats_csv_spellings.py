"""Tables in CSV as people write them: numbers, names and gaps."""

import math
from pathlib import Path

import numpy as np
import pytest

from tests.files import Imported, imported, refusal
from trainer.catalog import listing


def read(folder: Path, text: str) -> Imported:
    return imported(folder, {"table.csv": text.encode()})


def numbers(folder: Path, cells: list[str], mark: str = ";") -> Imported:
    """A table whose first column holds the cells, again and again."""
    rows = (f'"{cell}"{mark}{"xy"[at % 2]}' for at, cell in enumerate(cells * 4))
    return read(folder, "\n".join([f"mass{mark}label", *rows]))


@pytest.mark.parametrize("mark", [",", ";"])
@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["5\u00a0563,48", "12,5", "1\u202f200\u202f300,5"], [5563.48, 12.5, 1200300.5]),
        (["6'414.50", "12.25", "1’200’300.5"], [6414.5, 12.25, 1200300.5]),
        (["7 953.66", "12.25", "1 200 300"], [7953.66, 12.25, 1200300]),
        (["\u22123.5", "12.25", "\u2013 7", "8-"], [-3.5, 12.25, -7, -8]),
        (["12,34,567.50", "1,234.5", "17.25"], [1234567.5, 1234.5, 17.25]),
        (["\u200b12.5", "7\ufeff", "8.25"], [12.5, 7, 8.25]),
    ],
)
def test_numbers_are_read_as_people_of_many_lands_write_them(
    tmp_path: Path, cells: list[str], values: list[float], mark: str
) -> None:
    dataset = numbers(tmp_path, cells, mark)
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], values * 4)
    assert not dataset.codes & {"text_in_numbers", "unit", "mixed_units"}


@pytest.mark.parametrize(
    ("cells", "values", "unit"),
    [
        (["$9,554.00", "$-12.50", "-$3", "7.25"], [9554, -12.5, -3, 7.25], "$"),
        (["27%", "3.5 %", "-0.25%"], [27, 3.5, -0.25], "%"),
        (["1,5 €", "1.234,50 €", "7 €"], [1.5, 1234.5, 7], "€"),
        (["USD 12", "USD 1,200.5", "USD 0.5"], [12, 1200.5, 0.5], "USD"),
        (["12 kg", "3.5kg", "0.25 kg"], [12, 3.5, 0.25], "kg"),
        (["-4 °C", "21.5°C", "\u22120.5 °C"], [-4, 21.5, -0.5], "°C"),
    ],
)
def test_numbers_with_a_unit_are_numbers_and_the_unit_is_told(
    tmp_path: Path, cells: list[str], values: list[float], unit: str
) -> None:
    dataset = numbers(tmp_path, cells)
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], values * 4)
    assert dataset.problem("unit").params == {"column": "mass", "unit": unit, "value": cells[0]}
    assert dataset.problem("unit").severity == "info"


def test_numbers_in_parentheses_are_negative_and_it_is_told(tmp_path: Path) -> None:
    dataset = numbers(tmp_path, ["(3.5)", "7.25", "(1,200.00)"])
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], [-3.5, 7.25, -1200] * 4)
    assert dataset.problem("negative_parentheses").params == {"column": "mass", "value": "(3.5)"}


def test_numbers_in_different_units_are_never_mixed_and_it_is_told(tmp_path: Path) -> None:
    dataset = numbers(tmp_path, ["5 kg", "300 g", "12 kg"])
    assert dataset.data.summary.columns[0].kind == "category"
    assert dataset.problem("mixed_units").params == {"column": "mass", "values": "“5 kg”, “300 g”"}


@pytest.mark.parametrize(
    "cells",
    [
        ["12A", "3B"],
        ["030 123 456", "040 999 111"],
        ["10:30", "11:45"],
        ["10.0.0.1", "10.0.0.2"],
        ["1.2M", "5k"],
        ["8–10", "11–12"],
        ["K 12", "K 13"],
        ["1,2", "1,2,3"],
        ["3/4", "1/2"],
    ],
)
def test_codes_ranges_and_lists_are_no_numbers(tmp_path: Path, cells: list[str]) -> None:
    dataset = numbers(tmp_path, cells, ",")
    assert dataset.data.summary.columns[0].kind == "category"


def test_distances_as_names_above_plain_numbers_are_names(tmp_path: Path) -> None:
    dataset = read(tmp_path, "5 km,10 km\n" + "".join(f"{20 + n % 7}.5,{45 + n % 11}\n" for n in range(30)))
    assert [column.name for column in dataset.data.summary.columns] == ["5 km", "10 km"]
    assert math.isclose(dataset.data.array("numbers")[0, 0], 20.5)


def rows_below(width: int, first: str = "") -> str:
    """Rows of which the first column counts them (``n``) or is one of some towns (``t``), and the others hold
    fractions.
    """
    begins = {"n": [f"{at}," for at in range(30)], "t": ["Ulm,", "Bonn,", "Kiel,"] * 10, "": [""] * 30}[first]
    return "".join(
        begin + ",".join(f"{(at * 7 + place * 3) % 10 + 0.5}" for place in range(width)) + "\n"
        for at, begin in enumerate(begins)
    )


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        (",0,1,2,3", rows_below(4, "n")),
        (",0", rows_below(1, "n")),
        ("0,1,2,3", rows_below(4)),
        ("1,2,3,4", rows_below(4)),
        ("town,2019,2020,2021", rows_below(3, "t")),
        ("town,1990,2000,2005", rows_below(3, "t")),
        ("town,2019", "".join(f"town {n % 3},{n * 7 % 13}\n" for n in range(30))),
        ("town,1,2", rows_below(2, "t")),
        ("wave,400,410,420,430", rows_below(4, "t")),
        (
            "0,1,2,3,target",
            "".join(f"{n % 7}.5,{n % 5},{n % 3},{n % 11},{'cat' if n % 2 else 'dog'}\n" for n in range(30)),
        ),
        ("0,1,2,3,target", "".join(f"{n % 7},{n % 5},{n % 3},{n * 7 % 11},{n % 2}\n" for n in range(30))),
        (",0,1,label", "".join(f"{n},{n % 5},{n % 7},{'ab'[n % 2]}\n" for n in range(30))),
    ],
)
def test_numbers_in_order_in_the_first_line_are_names(tmp_path: Path, line: str, rows: str) -> None:
    dataset = read(tmp_path, f"{line}\n{rows}")
    assert dataset.data.summary.rows == 30
    assert [column.name for column in dataset.data.summary.columns] == [name or "column 1" for name in line.split(",")]
    assert "no_header" not in dataset.codes


@pytest.mark.parametrize(
    "rows",
    [
        rows_below(4),
        rows_below(3, "t"),
        rows_below(3, "n"),
        "".join(f"{n},{n + 1},{n + 2},{n + 3}\n" for n in range(30)),
        "".join(f"{n},{n + 1},{n + 2}\n" for n in range(1, 90, 3)),
        "".join(f"{n % 7},{n * 3 % 5},{n * 5 % 11},{'cat' if n % 2 else 'dog'}\n" for n in range(30)),
        "".join(f"{'cat' if n % 2 else 'dog'},{1990 + n},{1991 + n}\n" for n in range(30)),
        "".join(f"{1990 + n},{n * 7 % 11},{n % 2}\n" for n in range(30)),
        "".join(f"{1 + n * 4 % 9},{2 + n * 5 % 9},{3 + n * 2 % 9},{'cat' if n % 3 else 'dog'}\n" for n in range(30)),
    ],
)
def test_values_in_the_first_line_stay_values(tmp_path: Path, rows: str) -> None:
    dataset = read(tmp_path, rows)
    assert dataset.data.summary.rows == 30
    assert "no_header" in dataset.codes


ROWS = "".join(f"{n % 11}.5;{'ab'[n % 2]};{n * 7 % 13}\n" for n in range(30))


def columns(dataset: Imported) -> list[str]:
    return [column.name for column in dataset.data.summary.columns]


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_first_line_that_names_the_delimiter_is_obeyed(tmp_path: Path, line: str) -> None:
    dataset = read(tmp_path, f"{line}\r\nsize;label;age\r\n{ROWS}")
    assert columns(dataset) == ["size", "label", "age"]
    assert dataset.data.summary.rows == 30
    assert read(tmp_path / "odd", f"sep=^\n{ROWS}".replace(";", "^")).data.summary.rows == 30


@pytest.mark.parametrize(
    ("before", "count"),
    [
        ("# exported on Monday\n", 1),
        ("# one, two; three\n#\n\n# four\n", 3),
        ("Sales of the year\n", 1),
        ("Sales of the year;;\n;;\n", 1),
        ("From: Ulm\nTo: Kiel\n\n", 2),
    ],
)
def test_lines_before_the_table_are_skipped_and_told(tmp_path: Path, before: str, count: int) -> None:
    dataset = read(tmp_path, f"{before}size;label;age\n{ROWS}")
    assert columns(dataset) == ["size", "label", "age"]
    assert dataset.data.summary.rows == 30
    assert dataset.problem("lines_before").params == {"count": count, "value": before.splitlines()[0].rstrip(";")}


def test_names_in_a_comment_are_the_names(tmp_path: Path) -> None:
    dataset = read(tmp_path, f"# written by a program\n# size;label;age\n{ROWS}")
    assert columns(dataset) == ["size", "label", "age"]
    assert dataset.data.summary.rows == 30


def test_values_that_begin_like_comments_are_values(tmp_path: Path) -> None:
    dataset = read(tmp_path, "".join(f"#{'ab'[n % 2]};{n % 7}\n" for n in range(30)))
    assert dataset.data.summary.rows == 30


def test_a_line_that_is_wrong_is_named_as_it_stands_in_the_file(tmp_path: Path) -> None:
    error = refusal(tmp_path, {"x.csv": f"sep=;\n# remark\nsize;label;age\n{ROWS}1;a\n{ROWS}".encode()})
    assert (error.code, error.params["line"]) == ("csv_ragged", 34)


@pytest.mark.parametrize("mark", [",", "\t"])
def test_names_one_fewer_than_the_values_of_every_row_leave_the_first_column_without_one(
    tmp_path: Path, mark: str
) -> None:
    rows = "".join(f'"car {n}"{mark}{n * 7 % 13}{mark}{n % 5}.5{mark}"{"ab"[n % 2]}"\n' for n in range(30))
    dataset = read(tmp_path, f'"speed"{mark}"size"{mark}"label"\n{rows}')
    assert columns(dataset) == ["column 1", "speed", "size", "label"]
    assert "row_names" in dataset.codes
    dataset = read(tmp_path / "plain", f"speed{mark}size\n" + "".join(f"{n}{mark}{n % 5}{mark}\n" for n in range(30)))
    assert columns(dataset) == ["speed", "size"]


@pytest.mark.parametrize("padding", [b"\0", b"\0" * 5000, b"\x1a", b"\x1a\0\0", b"\0" * 3_000_000])
def test_zero_bytes_and_end_marks_behind_the_table_are_ignored_and_told(tmp_path: Path, padding: bytes) -> None:
    dataset = imported(tmp_path, {"x.csv": f"size;label;age\n{ROWS}".encode() + padding})
    assert dataset.data.summary.rows == 30
    assert dataset.data.summary.columns[0].kind == dataset.data.summary.columns[2].kind == "number"
    assert dataset.problem("padding").params == {"count": len(padding)}


@pytest.mark.parametrize("behind", ["# end of file\n", "\nWritten by a program, on Monday\n", "End\nof file"])
def test_remarks_behind_the_last_row_are_left_out_and_told(tmp_path: Path, behind: str) -> None:
    dataset = read(tmp_path, f"size;label;age\n{ROWS}{behind}")
    assert dataset.data.summary.rows == 30
    assert dataset.problem("lines_behind").severity == "warning"


@pytest.mark.parametrize("rows", [9, 20_000])
def test_lines_of_another_width_are_left_out_where_that_is_chosen_and_listed(tmp_path: Path, rows: int) -> None:
    lines = ["size,label", *(f"{n % 7},{'ab'[n % 2]}" for n in range(rows))]
    lines[4:4], lines[8:8] = ["1,2,3"], ["4"]
    files = {"x.csv": "\n".join(lines).encode()}
    assert "leave such lines out" in str(refusal(tmp_path / "refused", files))
    spec = listing("formats")["csv"].spec.model_validate({"name": "csv", "other_widths": "leave out"})
    dataset = imported(tmp_path, files, spec)
    assert dataset.data.summary.rows == rows
    assert dataset.problem("other_widths").params == {"count": 2, "lines": "5, 9"}
