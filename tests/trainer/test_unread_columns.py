"""Columns whose values stay out for what a few of their cells say: they are pointed out."""

from pathlib import Path

import numpy as np
import pytest

from tests.files import Imported, imported
from trainer.columns import number
from trainer.sentences import filled

RANDOM = np.random.default_rng(2)
NUMBERS = [f"{value:.3f}" for value in RANDOM.random(60)]


def table(folder: Path, cells: list[str], reading: number.Reading | None = None) -> Imported:
    lines = ["cell,label", *(f"{cell},{'xy'[at // 3 % 2]}" for at, cell in enumerate(cells))]
    return imported(folder, {"x.csv": "\n".join(lines).encode()}, readings={"cell": reading} if reading else None)


def test_numbers_half_of_which_are_written_otherwise_are_pointed_out_and_can_be_read(tmp_path: Path) -> None:
    cells = [f"<{cell}" if at % 2 else cell for at, cell in enumerate(NUMBERS)]
    dataset = table(tmp_path / "unasked", cells)
    assert dataset.data.summary.columns[0].kind == "text"
    expected = {"column": "cell", "count": 30, "present": 60, "value": cells[1], "line": 3}
    assert dataset.problem("partly_numbers").params == expected
    mostly = [f"<{cell}" if at % 3 == 0 else cell for at, cell in enumerate(NUMBERS)]
    dataset = table(tmp_path / "chosen", mostly, number.Reading())
    assert (dataset.data.summary.columns[0].kind, dataset.data.summary.columns[0].missing) == ("number", 20)
    assert "partly_numbers" not in dataset.codes


@pytest.mark.parametrize(
    "cells",
    [
        [f"A/5 {at}" if at % 2 else f"{at * 37}" for at in range(60)],  # tickets
        ["1", "2", "3a"] * 20,
        ["1.5", "2.5", "old"] * 20,
        NUMBERS,
        [f"{at % 12}.5 is a text {at}" for at in range(60)],
    ],
)
def test_codes_and_categories_with_digits_are_no_numbers_that_lack_some(tmp_path: Path, cells: list[str]) -> None:
    assert "partly_numbers" not in table(tmp_path, cells).codes


def test_a_column_of_crosses_and_empty_cells_is_pointed_out(tmp_path: Path) -> None:
    dataset = table(tmp_path / "crosses", ["x", "", ""] * 20)
    assert dataset.problem("one_word").params == {"column": "cell", "value": "x", "count": 20, "missing": 40}
    assert "constant" not in dataset.codes
    assert "constant" in table(tmp_path / "same", ["x"] * 60).codes
    assert "constant" in table(tmp_path / "nothing", [""] * 60).codes


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["x", *[""] * 59], "“cell” is “x” in one row and empty in the other 59, and was left out."),
        ([*["2024-03-01", "2024-03-02"] * 12, "soon"], "“cell” holds dates, but one cell is none: “soon” in line 26."),
        (
            [*["2024-03-01", "2024-03-02"] * 12, "2024-02-30"],
            "“cell” has one date that does not exist, “2024-02-30” in line 26.",
        ),
        (
            ["2024-03-01T10:00Z"] * 12 + ["2024-03-02T10:00Z"] * 11 + ["2024-03-01 10:00"],
            "“cell” has times with a zone (Z) and one without; that one was taken for UTC.",
        ),
    ],
)
def test_one_cell_is_not_said_to_be_many(tmp_path: Path, cells: list[str], said: str) -> None:
    assert said in [filled(one.message, one.params) for one in table(tmp_path, cells).profile.problems]
