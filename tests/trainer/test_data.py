"""The prepared file."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import load_file

from tests import pictures
from tests.trainer.test_journal import room_for
from trainer.columns import number
from trainer.data.prepared import Prepared, write_prepared
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.importing import mapped
from trainer.importing.preparation import files_of

PIXELS = np.arange(30, dtype=np.uint8).reshape(3, 1, 2, 5)
SUMMARY, ARRAYS = pictures.prepared_arrays(PIXELS, np.array([0, 1, 0]), "ab")


def _image_arrays() -> dict[str, np.ndarray]:
    return dict(ARRAYS)


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    write_prepared(tmp_path / "x", SUMMARY, _image_arrays())
    opened = Prepared.open(tmp_path / "x")
    assert opened.summary == SUMMARY
    for name, array in _image_arrays().items():
        np.testing.assert_array_equal(opened.array(name), array)
        assert opened.array(name).dtype == array.dtype


def test_it_is_safetensors(tmp_path: Path) -> None:
    write_prepared(tmp_path / "x", SUMMARY, _image_arrays())
    np.testing.assert_array_equal(load_file(tmp_path / "x")["column:image"], PIXELS)


@settings(deadline=None)  # files are written, on a machine that may be busy
@given(values=arrays.arrays(np.float64, st.tuples(st.integers(0, 20), st.integers(0, 4)), elements=st.floats(width=64)))
def test_any_numbers_survive(tmp_path_factory: pytest.TempPathFactory, values: np.ndarray) -> None:
    path = tmp_path_factory.mktemp("prepared") / "x"
    columns = tuple(number.Column(name=f"c{place}") for place in range(values.shape[1]))
    write_prepared(path, DataSummary(rows=len(values), columns=columns), {"numbers": values})
    assert Prepared.open(path).array("numbers").tobytes() == values.tobytes()


def test_the_order_of_arrays_does_not_change_the_bytes(tmp_path: Path) -> None:
    write_prepared(tmp_path / "x", SUMMARY, _image_arrays())
    write_prepared(tmp_path / "y", SUMMARY, dict(reversed(_image_arrays().items())))
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


@pytest.mark.parametrize("length", [0, 4, 20, 200, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, length: int) -> None:
    write_prepared(tmp_path / "x", SUMMARY, _image_arrays())
    (tmp_path / "x").write_bytes((tmp_path / "x").read_bytes()[:length])
    with pytest.raises(TrainerError) as caught:
        Prepared.open(tmp_path / "x")
    assert caught.value.code == "prepared_damaged"


def test_an_array_that_has_no_room_is_refused_before_it_is_written(tmp_path: Path) -> None:
    with room_for(1_000), pytest.raises(OSError, match=r"No space left|File too large"):
        mapped.new(tmp_path / "array", np.float64, (1_000, 2))
    assert mapped.new(tmp_path / "array", np.float64, (1_000, 2)).sum() == 0


def test_data_whose_name_begins_like_that_of_a_note_is_data(tmp_path: Path) -> None:
    for name in ("notices.csv", "license_plates.csv", "LICENSE", "README.md"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    assert sorted(files_of(tmp_path)[1]) == ["license_plates.csv", "notices.csv"]
