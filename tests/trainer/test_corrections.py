"""A kind that somebody chose for a column in place of what the import would take it for."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.files import Imported, idx, imported, picture, zipped
from trainer.columns import Column, Readings, boolean, category, kinds, left_out, number, readings, text
from trainer.data.inputs import feature_columns, target_column
from trainer.errors import TrainerError
from trainer.importing.kind import imports
from trainer.specs.inspect import InspectSpec


def table(folder: Path, cells: list[str], reading: Any) -> Imported:
    """The cells between numbers that differ and classes."""
    rows = (f"{at * 7 % 13}.5,{cell},{'xy'[at // 3 % 2]}" for at, cell in enumerate(cells))
    content = "\n".join(["size,column,label", *rows]).encode()
    return imported(folder, {"x.csv": content}, readings={"column": reading})


def column(dataset: Imported) -> Column:
    return dataset.data.summary.columns[1]


def test_every_kind_that_can_be_chosen_is_imported() -> None:
    assert (
        {"number", "boolean", "category", "date", "labels", "text", "left_out"} <= readings().keys() <= imports().keys()
    )
    assert not {"image", "constant"} & readings().keys()
    assert all(kinds()[name].LABEL for name in readings())


def test_a_spec_says_it_by_name_and_refuses_what_is_no_kind() -> None:
    spec = {"kind": "inspect", "files": ["x.csv"], "columns": {"when": {"kind": "date", "order": "day first"}}}
    read = InspectSpec.model_validate(spec)
    assert InspectSpec.model_validate_json(read.model_dump_json()) == read
    for wrong in ({"kind": "image"}, {"kind": "date", "order": "year"}, {"kind": "number", "order": "auto"}, {}):
        with pytest.raises(ValueError, match="columns"):
            InspectSpec.model_validate({**spec, "columns": {"when": wrong}})


def test_categories_keep_how_numbers_are_spelled(tmp_path: Path) -> None:
    dataset = table(tmp_path, ["00501", "1.50", "1.5", "NA", "7"] * 8, category.Reading())
    assert isinstance(one := column(dataset), category.Column)
    assert (one.levels, one.missing) == (("00501", "1.5", "1.50", "7"), 8)
    assert dataset.data.array("categories")[:5, 0].tolist() == [0, 2, 1, -1, 3]


def test_numbers_over_codes_are_numbers(tmp_path: Path) -> None:
    dataset = table(tmp_path, ["00501", "0012", "7"] * 12, number.Reading())
    np.testing.assert_array_equal(dataset.data.array("numbers")[:3, 1], [501, 12, 7])
    assert "codes" not in dataset.codes


def test_numbers_over_mostly_numbers_make_the_rest_gaps_and_say_how_many(tmp_path: Path) -> None:
    dataset = table(tmp_path, ["1", "2", "more", "x"] * 3 + ["3"] * 10, number.Reading())
    assert (column(dataset).kind, column(dataset).missing) == ("number", 6)
    assert dataset.problem("words_in_numbers").params["count"] == 6


def test_numbers_over_words_are_refused_with_the_column_how_many_and_the_first(tmp_path: Path) -> None:
    with pytest.raises(
        TrainerError, match=r"“column” cannot be read as numbers: 24 of its 36 values .* “red” in line 2"
    ):
        table(tmp_path, ["red", "blue", "1"] * 12, number.Reading())


@pytest.mark.parametrize("cells", [["12,5", "3,25", "1,234"], ["€12,5", "3,25 €", "1,234"]])
def test_decimal_commas_beside_columns_with_points_are_read_where_somebody_says_so(
    tmp_path: Path, cells: list[str]
) -> None:
    quoted = [f'"{cell}"' for cell in cells] * 12
    with pytest.raises(TrainerError, match="another decimal mark"):
        table(tmp_path, quoted, number.Reading())
    dataset = table(tmp_path, quoted, number.Reading(decimal="comma"))
    np.testing.assert_array_equal(dataset.data.array("numbers")[:3], [[0.5, 12.5], [7.5, 3.25], [1.5, 1.234]])
    assert isinstance(one := column(dataset), number.Column)
    assert one.decimal_comma


def test_commas_between_thousands_are_read_so_where_somebody_says_so(tmp_path: Path) -> None:
    content = "size;column;label\n" + "".join(f"{at},5;1,234;{'xy'[at % 2]}\n" for at in range(20))
    dataset = imported(tmp_path, {"x.csv": content.encode()}, readings={"column": number.Reading(decimal="point")})
    np.testing.assert_array_equal(dataset.data.array("numbers")[1], [1.5, 1234])


def test_zero_and_one_are_yes_and_no_where_somebody_says_so(tmp_path: Path) -> None:
    dataset = table(tmp_path, ["0", "1", ""] * 12, boolean.Reading())
    assert isinstance(one := column(dataset), boolean.Column)
    assert one.levels == ("0", "1")
    assert dataset.data.array("booleans")[:3, 0].tolist() == [0, 1, -1]
    with pytest.raises(TrainerError, match="it has 3 different values"):
        table(tmp_path / "three", ["0", "1", "2"] * 12, boolean.Reading())
    with pytest.raises(TrainerError, match="has no value"):
        table(tmp_path / "none", ["", "NA"] * 18, boolean.Reading())


def test_a_column_that_was_left_out_is_named_and_nothing_is_learned_from_it(tmp_path: Path) -> None:
    dataset = table(tmp_path, [str(at) for at in range(36)], left_out.Reading())
    assert (column(dataset).kind, column(dataset).distinct) == ("left_out", 36)
    assert dataset.data.array("numbers").shape == (36, 1)
    assert [one.name for one in feature_columns((), ("label",), dataset.data.summary)] == ["size"]
    with pytest.raises(TrainerError, match="was left out at the import"):
        target_column("column", dataset.data.summary)


def test_categories_over_text_are_text_where_somebody_says_so(tmp_path: Path) -> None:
    dataset = table(tmp_path, ["a", "b"] * 18, text.Reading())
    assert column(dataset).kind == "text"


@pytest.mark.parametrize(
    ("cells", "message"),
    [([f"{'long' * 30} {at}" for at in range(36)], "cannot be read as categories"), ([""] * 36, "has no value")],
)
def test_what_cannot_be_categories_is_refused(tmp_path: Path, cells: list[str], message: str) -> None:
    with pytest.raises(TrainerError, match=f"“column” {message}"):
        table(tmp_path, cells, category.Reading())


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"no column “colum” .* size, column, label"):
        imported(tmp_path, {"x.csv": b"size,column,label\n1,2,a\n2,3,b\n"}, readings={"colum": category.Reading()})


def test_numbers_that_a_file_states_become_what_was_chosen(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"zip": [501, 80331, None] * 12, "x": [at % 7 * 0.5 for at in range(36)]}), buffer)
    chosen: Readings = {"zip": category.Reading()}
    dataset = imported(tmp_path, {"x.parquet": buffer.getvalue()}, readings=chosen)
    assert isinstance(one := dataset.data.summary.columns[0], category.Column)
    assert one.levels == ("501", "80331")
    buffer = io.BytesIO()
    pq.write_table(pa.table({"size": ["1.5", "2", None] * 12, "x": [at % 7 * 0.5 for at in range(36)]}), buffer)
    dataset = imported(tmp_path / "words", {"x.parquet": buffer.getvalue()}, readings={"size": number.Reading()})
    np.testing.assert_array_equal(dataset.data.array("numbers")[:3, 0], [1.5, 2, np.nan])


def test_pictures_have_no_kind_to_choose(tmp_path: Path) -> None:
    files = {"a": idx(np.arange(48, dtype=np.uint8).reshape(12, 2, 2)), "b": idx([0, 1] * 6)}
    with pytest.raises(TrainerError, match="The kind of “label” cannot be chosen"):
        imported(tmp_path, files, readings={"label": number.Reading()})


def test_the_other_columns_of_a_table_of_pictures_can_be_corrected(tmp_path: Path) -> None:
    members = {f"{at}.png": picture(seed=at) for at in range(12)}
    members["labels.csv"] = "\n".join(["file,code", *(f"{at}.png,{at % 2}" for at in range(12))]).encode()
    dataset = imported(tmp_path, {"x.zip": zipped(members)}, readings={"code": category.Reading()})
    assert [one.kind for one in dataset.data.summary.columns] == ["image", "category"]


@pytest.mark.parametrize(("values", "is_said"), [(lambda n: 10 ** (n % 40 / 4), True), (lambda n: n % 40 + 1.5, False)])
def test_numbers_over_many_magnitudes_are_pointed_out(tmp_path: Path, values: Any, is_said: bool) -> None:
    rows = [f"{values(at):.6g},{at % 7}" for at in range(200)]
    dataset = imported(tmp_path, {"x.csv": "\n".join(["price,x", *rows]).encode()})
    assert ("many_magnitudes" in dataset.codes) == is_said
    if is_said:
        assert dataset.problem("many_magnitudes").params == {"column": "price", "low": "1", "high": "5.62e+09"}
        assert "logarithm" in dataset.problem("many_magnitudes").remedy
