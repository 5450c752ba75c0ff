"""Columns of texts at once: the same as cell by cell."""

import string

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trainer.importing import series, spelled_series
from trainer.importing.cells import MISSING, number_of, read
from trainer.importing.levels import Levels

DIGITS = [*"0123456789", "1,234", "1.234,5", "12,34,567", " 000", "'000", "000", "0.5", "１"]
SIGNS = [*",.+-()_x ’", "\u00a0", "\u202f", "\u2212", "\u200b", "e5", "E-3", "inf", "nan"]
UNITS = ["$", "€", "kg", " m", "%", "USD", "kr.", "°C", "km/h"]
PARTS = st.sampled_from([*DIGITS, *SIGNS, *UNITS])
CELLS = st.lists(st.lists(PARTS, min_size=1, max_size=6).map("".join).map(str.strip), min_size=1, max_size=30)
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(string.whitespace)), min_size=1)


@given(cells=CELLS, comma=st.booleans())
@example(cells=["(3.5)", "( 7 )", "(-3)", "-3-", "$5 kg", "1" * 400, "1" * 401, "8-"], comma=False)
@example(cells=["1.500", "1.234,25", "0,5", "1,2,3", "- 1,5 €"], comma=True)
@example(cells=["１$"], comma=False)
def test_numbers_are_the_same_as_cell_by_cell(cells: list[str], comma: bool) -> None:
    numbers = spelled_series.numbers(series.of(cells), comma)
    expected = [number_of(cell, comma) for cell in cells]
    assert numbers.are_numbers.tolist() == [number is not None for number in expected]
    values = [np.nan if number is None else float(number.digits) for number in expected]
    np.testing.assert_array_equal(numbers.values, values)
    units = [(number.unit, cell) for number, cell in zip(expected, cells, strict=True) if number and number.unit]
    assert numbers.units == dict(reversed(units))


@given(cells=CELLS, comma=st.booleans(), gap=st.sampled_from(sorted(MISSING)))
def test_a_column_is_read_as_its_cells_are_alone(cells: list[str], comma: bool, gap: str) -> None:
    together = read(series.of([*cells, gap]), comma)
    alone = [read(series.of([cell, "x"]), comma) for cell in [*cells, gap]]  # beside a text, by the exact way
    np.testing.assert_array_equal(together.values, [one.values[0] for one in alone])


@given(cells=TEXTS, start=st.integers(0, 3))
def test_white_space_at_the_ends_is_what_python_takes_for_it(cells: list[str], start: int) -> None:
    column = series.of(cells).slice(start)
    assert series.stripped(column).to_pylist() == [cell.strip() for cell in cells[start:]]
    if len(column):
        assert series.lengths(column).tolist() == list(map(len, cells[start:]))
        assert series.are_empty(column).tolist() == [cell == "" for cell in cells[start:]]


@given(rows=st.lists(st.tuples(st.text(max_size=3), st.sampled_from(["", "a", "a" * 70, "b" * 70])), min_size=1))
def test_rows_have_the_same_hash_where_their_cells_are_the_same(rows: list[tuple[str, str]]) -> None:
    rows = [(first.encode("utf-8", "replace").decode(), second) for first, second in rows]
    hashes = series.hashes([series.of(cells) for cells in zip(*rows, strict=True)])
    assert len(set(hashes.tolist())) == len(set(rows))
    apart = [series.hashes([series.of([cell]) for cell in row])[0] for row in rows]
    assert apart == hashes.tolist(), "wherever the rows stand in a file"


def test_gaps_among_numbers_are_alike_whatever_their_bits_are() -> None:
    other_gap = np.array([0x7FF8000000000001], np.uint64).view(np.float64)
    hashes = series.hashes([np.concatenate([[np.nan, 0.0, -0.0], other_gap])])
    assert hashes[0] == hashes[3] != hashes[1] == hashes[2]


@pytest.mark.parametrize("longest", [5, 200])
def test_different_cells_keep_their_places_as_more_of_them_come(longest: int) -> None:
    levels = Levels(comma=False)
    parts = [["b", "a", "", "b"], ["c" * longest, "a", "NA"], ["c" * longest, "b"]]
    places = [levels.places(series.of(part), longest).tolist() for part in parts]
    assert places == [[0, 1, 2, 0], [3, 1, 4], [3, 0]]
    assert (len(levels), levels.count) == (3, 5)
    assert isinstance(series.of([]), pa.StringArray)
