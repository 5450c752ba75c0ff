"""Tables in NumPy's files."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.files import imported, refusal, zipped
from trainer.columns import category


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def npy(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def test_arrays_are_the_columns_of_a_table(tmp_path: Path) -> None:
    features = np.random.default_rng(0).normal(size=(5000, 3)).astype(np.float32)
    content = npz(X=features, y=np.arange(5000) % 3, name=np.array(["007", "7"] * 2500), flag=np.arange(5000) % 2 == 0)
    made = imported(tmp_path, {"upload": content})
    assert made.profile.format == "npz"
    assert [(column.name, column.kind) for column in made.data.summary.columns] == [
        ("X 1", "number"),
        ("X 2", "number"),
        ("X 3", "number"),
        ("y", "number"),
        ("name", "category"),
        ("flag", "boolean"),
    ]
    np.testing.assert_array_equal(made.data.array("numbers")[:, :3], features.astype(np.float64))
    assert isinstance(column := made.data.summary.columns[4], category.Column)
    assert column.levels == ("007", "7")


def test_one_array_is_a_table(tmp_path: Path) -> None:
    made = imported(tmp_path, {"data.npy": npy(np.asfortranarray(np.arange(60).reshape(20, 3) * 0.5))})
    np.testing.assert_array_equal(made.data.array("numbers"), np.arange(60).reshape(20, 3) * 0.5)


def test_numbers_that_float64_would_not_keep_are_kept_as_they_are_written(tmp_path: Path) -> None:
    made = imported(tmp_path, {"x": npz(customer=2**60 + np.arange(40) ** 2, size=np.arange(40) % 7 * 0.5)})
    assert made.data.summary.columns[0].kind == "text"
    assert made.profile.rows[1][0] == str(2**60 + 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (npz(a=np.zeros(5), b=np.zeros(6)), "npz_lengths"),
        (npz(a=np.zeros((5, 2, 2, 2))), "npz_array"),
        (npz(a=np.zeros(5, np.complex128)), "npz_array"),
        (npz(a=np.array(3.5)), "npz_array"),
        (npy(np.array([{"a": 1}, None], dtype=object)), "pickle_refused"),
        (npy(np.arange(50))[:-9], "npz_damaged"),
        (b"\x93NUMPY\x01\x00", "npz_damaged"),
        (zipped({"a.npy": b"\x93NUMPY\x01\x00" + b"\xff" * 90}), "npz_damaged"),
        (npz(a=np.zeros((5, 20_001))), "npz_columns"),
        (npz(a=np.zeros((0, 3))), "npz_lengths"),
    ],
)
def test_what_is_no_table_is_refused_with_its_own_sentence(tmp_path: Path, content: bytes, code: str) -> None:
    assert refusal(tmp_path, {"x": content}).code == code
