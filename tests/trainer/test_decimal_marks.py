"""Numbers whose decimal mark is not that of their file or their column, digits of full width, and zero bytes."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.files import Imported, imported, refusal
from trainer.columns import number
from trainer.columns.number import values
from trainer.columns.number.read import read


def table(folder: Path, cells: list[str], other: str, reading: number.Reading | None = None) -> Imported:
    """The cells, again and again, beside ``other`` in every row."""
    lines = [f'"{cell}";{other};{"xy"[at // 3 % 2]}' for at, cell in enumerate(cells * 12)]
    text = "\n".join(["size;other;label", *lines])
    return imported(folder, {"x.csv": text.encode()}, readings={"size": reading} if reading else None)


@pytest.mark.parametrize(
    ("cells", "other", "expected"),
    [
        (["1.234,5", "1,234.5"], "7.25", {"count": 12, "value": "1.234,5", "line": 2, "lines": "2, 4, 6, 8, 10 …"}),
        (["1.234,5", "1,234.5"], "7,25", {"count": 12, "value": "1,234.5", "line": 3, "lines": "3, 5, 7, 9, 11 …"}),
        (["3.5", "3,25", "2.5", "0.5"], "7", {"count": 12, "value": "3,25", "line": 3}),
        (["1,5", "1.5", "12", "2,5"], "7", {"count": 24, "value": "1,5", "line": 2, "other": "1.5", "other_line": 3}),
    ],
)
def test_a_column_with_both_decimal_marks_is_pointed_out_with_lines(
    tmp_path: Path, cells: list[str], other: str, expected: dict[str, object]
) -> None:
    dataset = table(tmp_path, cells, other)
    params = dataset.problem("mixed_marks").params
    assert {"column": "size", **expected}.items() <= params.items()
    assert params["other"] in cells and params["other"] != params["value"]
    assert "text_in_numbers" not in dataset.codes, "it is said once"


def test_both_marks_are_found_when_they_stand_far_from_each_other(tmp_path: Path) -> None:
    rows = [*(f"{at % 97}.5" for at in range(300_000)), *(f"{at % 97},5" for at in range(40))]
    text = "\n".join(["size;label", *(f"{cell};{'xy'[at % 2]}" for at, cell in enumerate(rows))])
    params = imported(tmp_path, {"x.csv": text.encode()}).problem("mixed_marks").params
    assert (params["count"], params["line"], params["other_line"]) == (40, 300_002, 2)


def test_a_column_with_the_mark_that_its_file_has_not_is_pointed_out_and_can_be_chosen(tmp_path: Path) -> None:
    dataset = table(tmp_path / "other", ["2,5", "3,25", "7"], "7.25")
    assert dataset.problem("other_mark").params["value"] == "2,5"
    dataset = table(tmp_path / "chosen", ["2,5", "3,25", "7"], "7.25", number.Reading(decimal="comma"))
    np.testing.assert_array_equal(dataset.data.array("numbers")[:3, 0], [2.5, 3.25, 7])
    assert not {"other_mark", "mixed_marks"} & dataset.codes


@pytest.mark.parametrize(
    ("cells", "other"),
    [
        (["1.5", "2.25"], "3.5"),
        (["1,5", "2,25"], "3,5"),
        (["1,234", "5,678,901", "12.5"], "3.5"),
        (["1.234", "5.678.901", "12,5"], "3,5"),
        (["in 2019, it was 3,5", "some words"], "3.5"),
        (["a,5", "b,7"], "3.5"),
        (["1.2.3", "1.2.4"], "3.5"),
    ],
)
def test_one_mark_with_thousands_and_words_with_commas_are_no_mix(tmp_path: Path, cells: list[str], other: str) -> None:
    assert not {"other_mark", "mixed_marks"} & table(tmp_path, cells, other).codes


def test_digits_of_full_width_are_numbers_for_import_and_reader(tmp_path: Path) -> None:
    cells = ["１２３", "－４．５", "１，２３４．５", "７", "８ｋｇ"]
    dataset = table(tmp_path, cells, "7.25")
    expected = [123, -4.5, 1234.5, 7, 8]
    np.testing.assert_array_equal(dataset.data.array("numbers")[:5, 0], expected)
    (block,) = values.blocks([dataset.data.summary.columns[0]], dataset.data, np.arange(5))  # type: ignore[list-item]
    array, strange = read([cells], json.loads(json.dumps({**block.description(), "columns": ["size"]})), Path())
    assert (array[:, 0].tolist(), strange) == (expected, [])


def test_codes_of_full_width_stay_as_they_are_written(tmp_path: Path) -> None:
    dataset = table(tmp_path, ["００５０１", "１００２３", "０２１３９"], "7.25")
    assert dataset.problem("codes").params["value"] == "００５０１"


@pytest.mark.parametrize("cell", ["3\0.5", "\0\0\0\0\0\0\0\0\0\0\0\0", "\0"])
@pytest.mark.parametrize("line", [2, 12, 3000])
def test_zero_bytes_in_the_midst_of_a_table_are_refused_with_their_line(tmp_path: Path, cell: str, line: int) -> None:
    rows = ["size,label", *(f"{at}.5,{'xy'[at % 2]}" for at in range(4000))]
    rows[line - 1] = f"{cell},x"
    error = refusal(tmp_path, {"x.csv": "\n".join(rows).encode()})
    assert (error.code, error.params["line"]) == ("csv_binary", line)


def test_what_is_no_text_and_called_a_table_is_none(tmp_path: Path) -> None:
    content = b"PK\x03\x04a,b\n\0\0\x01\x02,\n" + bytes(range(256)) * 4
    assert refusal(tmp_path, {"x.csv": content}).code != "csv_binary"
