"""What the columns of a table of text are taken for: codes, gaps in other words, labels that look alike,
identifiers.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.files import Imported, imported
from trainer.columns import Column, boolean, category
from trainer.data.inputs import feature_columns


def table(folder: Path, cells: list[str], name: str = "column") -> Imported:
    """The cells between numbers that differ and classes."""
    rows = (f"{at * 7 % 13}.5,{cell},{'xy'[at // 3 % 2]}" for at, cell in enumerate(cells))
    return imported(folder, {"x.csv": "\n".join([f"size,{name},label", *rows]).encode()})


def column(dataset: Imported) -> Column:
    return dataset.data.summary.columns[1]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["012", "12", "0012"] * 12, "category"),
        (["00501", "10115", "80331", "01067"] * 9, "category"),
        (["1E1", "1E2", "2E1"] * 12, "category"),
        (["1234567890123456789", "1234567890123456788"] * 18, "category"),
        ([f"{n:05}" for n in range(40)], "text"),
        ([f"90071992547409{n:03}" for n in range(40)], "text"),
    ],
)
def test_codes_stay_as_they_are_written_and_it_is_told(tmp_path: Path, cells: list[str], kind: str) -> None:
    dataset = table(tmp_path, cells)
    assert column(dataset).kind == kind
    if isinstance(one := column(dataset), category.Column):
        assert set(one.levels) == set(cells)
    assert dataset.problem("codes").params["column"] == "column"


@pytest.mark.parametrize(
    "cells", [["0", "10", "7"], ["0.5", "00.25", "07"], ["1e5", "2e6", "3"], ["1.5E+10", "2E9", "3"], ["-5", "0", "12"]]
)
def test_numbers_are_no_codes(tmp_path: Path, cells: list[str]) -> None:
    dataset = table(tmp_path, cells * 12)
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 1], [float(cell) for cell in cells] * 12)


def test_codes_far_behind_in_a_column_of_more_values_than_are_held_are_noticed(tmp_path: Path) -> None:
    dataset = table(tmp_path, [str(n) for n in range(10_000, 40_000)] + [f"{n:05}" for n in range(3_000)])
    assert column(dataset).kind == "text"
    assert "codes" in dataset.codes


@pytest.mark.parametrize("words", [["unknown"], ["kaputt", "aus"], ["missing", "refused", "n.d."]])
def test_a_few_words_among_numbers_count_as_missing_and_are_told(tmp_path: Path, words: list[str]) -> None:
    cells = [f"{n / 4}" if n % 3 else words[n % len(words)] for n in range(120)]
    dataset = table(tmp_path, cells)
    assert (column(dataset).kind, column(dataset).missing) == ("number", 40)
    assert dataset.problem("words_in_numbers").params["count"] == 40
    assert words[0] in dataset.problem("words_in_numbers").params["values"]


def test_the_words_of_a_scale_are_categories_beside_its_numbers(tmp_path: Path) -> None:
    dataset = table(tmp_path, ["1", "2", "3", "more"] * 10)
    assert column(dataset).kind == "category"


@pytest.mark.parametrize("gap", ["\\N", "(null)", "NaT", "nil", "#DIV/0!", "n.a."])
def test_gaps_as_databases_and_spreadsheets_write_them_are_gaps(tmp_path: Path, gap: str) -> None:
    dataset = table(tmp_path, [f"{n / 4}" if n % 2 else gap for n in range(60)])
    assert (column(dataset).kind, column(dataset).missing) == ("number", 30)
    assert gap in dataset.problem("missing_spellings").params["spellings"]


@pytest.mark.parametrize(("sentinel", "others"), [("-999", 11), ("999", 90), ("-9999", 300), ("99", 10), ("-99", 8)])
def test_a_number_that_stands_for_a_gap_is_pointed_out(tmp_path: Path, sentinel: str, others: int) -> None:
    dataset = table(tmp_path, [sentinel if n % 10 == 3 else str(n * 7 % others) for n in range(100)])
    assert dataset.problem("sentinel").params == {"column": "column", "value": sentinel, "count": 10}


@pytest.mark.parametrize("values", [range(1000), range(-999, 1000, 3), [90, 95, 97, 99] * 30])
def test_a_number_among_its_like_stands_for_itself(tmp_path: Path, values: list[int]) -> None:
    assert "sentinel" not in table(tmp_path, [str(value) for value in values]).codes


@pytest.mark.parametrize(
    "pair",
    [
        ("caf\u00e9", "cafe\u0301"),
        ("cat", "c\u200bat"),
        ("cat", "cat\ufeff"),
        ("New York", "New\u00a0York"),
        ("\uac00", "\u1100\u1161"),
        ("cat", "\u200ecat"),
    ],
)
def test_labels_that_look_alike_are_one_and_what_cannot_be_seen_is_shown(tmp_path: Path, pair: tuple[str, str]) -> None:
    dataset = table(tmp_path, [*pair, "dog"] * 12)
    assert isinstance(one := column(dataset), category.Column)
    assert one.levels == tuple(sorted({pair[0], "dog"}))
    assert one.distinct == 2
    codes = dataset.data.array("categories")[:, 0]
    assert codes[0] == codes[1] != codes[2]
    assert "[U+" in dataset.problem("joined_labels").params["names"]


def test_labels_that_differ_in_capital_letters_or_spaces_are_pointed_out_once(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.csv": ("size,label\n" + "1,Cat\n2,cat\n3,CAT \n4,dog\n" * 9).encode()})
    assert [problem.params for problem in dataset.profile.problems if problem.code == "case_only"] == [
        {"names": "“CAT”, “Cat”, “cat”"}
    ]


def test_true_and_false_are_two_however_they_are_written(tmp_path: Path) -> None:
    dataset = table(tmp_path, ["TRUE", "true", "FALSE", "False"] * 9)
    assert isinstance(one := column(dataset), boolean.Column)
    assert one.levels == ("false", "true")
    assert "case_only" not in dataset.codes


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("", [str(n) for n in range(60)]),
        ("row", [str(n * n) for n in range(60)]),
        ("customer_id", [str(n * 37 + 1000) for n in range(60)]),
    ],
)
def test_an_identifier_goes_in_only_where_it_is_chosen(tmp_path: Path, name: str, cells: list[str]) -> None:
    dataset = table(tmp_path, cells, name)
    summary = dataset.data.summary
    assert column(dataset).is_identifier
    assert "left out unless" in dataset.problem("identifier").remedy
    assert [one.name for one in feature_columns((), ("label",), summary)] == ["size"]
    assert [one.name for one in feature_columns((column(dataset).name,), ("label",), summary)] == [column(dataset).name]
    assert [one.name for one in feature_columns((), ("label", "size"), summary)] == [column(dataset).name]
