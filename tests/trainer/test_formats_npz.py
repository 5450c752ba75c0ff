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
    dataset = imported(tmp_path, {"upload": content})
    assert dataset.profile.format == "npz"
    assert [(column.name, column.kind) for column in dataset.data.summary.columns] == [
        ("X 1", "number"),
        ("X 2", "number"),
        ("X 3", "number"),
        ("y", "number"),
        ("name", "category"),
        ("flag", "boolean"),
    ]
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, :3], features.astype(np.float64))
    assert isinstance(column := dataset.data.summary.columns[4], category.Column)
    assert column.levels == ("007", "7")


def test_one_array_is_a_table(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"data.npy": npy(np.asfortranarray(np.arange(60).reshape(20, 3) * 0.5))})
    np.testing.assert_array_equal(dataset.data.array("numbers"), np.arange(60).reshape(20, 3) * 0.5)


def test_numbers_that_float64_would_not_keep_are_kept_as_they_are_written(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x": npz(customer=2**60 + np.arange(40) ** 2, size=np.arange(40) % 7 * 0.5)})
    assert dataset.data.summary.columns[0].kind == "text"
    assert dataset.profile.rows[1][0] == str(2**60 + 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (npz(a=np.zeros(5), b=np.zeros(6)), "npz_lengths"),
        (npz(a=np.zeros((5, 2, 2, 2))), "npz_labels"),
        (npz(a=np.zeros((5, 2, 2)), y=np.zeros(5), labels=np.zeros(5)), "npz_labels"),
        (npz(a=np.zeros((5, 2, 2, 2)), y=np.zeros(5)), "pixels_channels"),
        (npz(a=np.zeros((5, 2, 2)), y=np.ones((5, 2))), "npz_several_labels"),
        (npz(x_train=np.zeros((5, 2)), x_test=np.zeros((4, 3))), "npz_lengths"),
        (npz(a=np.zeros(5, np.complex128)), "npz_array"),
        (npz(a=np.array(3.5)), "npz_single_values"),
        (npz(a=np.array(3.5), b=np.array(4)), "npz_single_values"),
        (npz(a_b=np.zeros(5, [("c", "f8")]), a=np.zeros(5, [("b_c", "f8")])), "npz_names"),
        (npz(a=np.zeros((0, 4, 4)), y=np.zeros(0)), "pixels_none"),
        (npz(a=np.zeros((40, 0, 4)), y=np.zeros(40)), "pixels_none"),
        (npz(a=np.zeros((4, 1, 4, 4, 1)), y=np.zeros(4)), "pixels_dimensions"),
        (npz(a=np.zeros((4, 4, 4097)), y=np.zeros(4)), "pixels_side"),
        (npz(a=np.zeros((4, 2, 2)), y=np.arange(4) / 2), "pixels_labels_whole"),
        (npz(a=np.zeros((4, 2, 2)), y=np.array(["owl", "", "fox", " "])), "pixels_labels_empty"),
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


PIXELS = np.random.default_rng(0).integers(0, 256, (20, 4, 5), dtype=np.uint8)
CLASSES = np.arange(20) % 3


def test_pictures_and_their_labels_are_read(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"birds.npz": npz(images=PIXELS, labels=CLASSES[:, None], year=np.array(2024))})
    np.testing.assert_array_equal(dataset.data.own_array("image"), PIXELS[:, None])
    assert dataset.data.array("categories")[:, 0].tolist() == CLASSES.tolist()
    assert dataset.problem("other_arrays").params == {"count": 1, "names": "year"}
    assert dataset.profile.left_out == 1


def test_pictures_of_parts_are_joined_and_their_parts_told(tmp_path: Path) -> None:
    content = npz(x_train=PIXELS, y_train=CLASSES, x_test=PIXELS[:7], y_test=CLASSES[:7])
    dataset = imported(tmp_path, {"mnist.npz": content})
    assert dataset.data.summary.rows == 27
    assert dataset.problem("given_split").params == {"column": "split", "train": 20, "validation": 0, "test": 7}


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        ((PIXELS / np.float32(255))[..., None], PIXELS[:, None]),
        (np.repeat(PIXELS[..., None], 3, axis=3), np.repeat(PIXELS[:, None], 3, axis=1)),
        (PIXELS.astype(np.float64) - PIXELS % 2 * 0.25, PIXELS[:, None]),
        (np.repeat(PIXELS[:, None] > 99, 3, axis=1), np.repeat((PIXELS[:, None] > 99) * 255, 3, axis=1)),
        (PIXELS.astype(np.int32) * 257, PIXELS[:, None]),
    ],
    ids=["shares", "channels last", "unrounded", "black and white", "16 bits"],
)
def test_pictures_of_other_numbers_become_bytes(tmp_path: Path, pictures: Any, expected: Any) -> None:
    names = np.array(["fox", "owl"])[CLASSES % 2]
    dataset = imported(tmp_path, {"x": npz(X=pictures, y=names)})
    np.testing.assert_array_equal(dataset.data.own_array("image"), expected)
    column = dataset.data.summary.named("label")
    assert isinstance(column, category.Column)
    assert column.levels == ("fox", "owl")


def test_a_column_for_each_class_gives_the_labels(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x": npz(X=PIXELS, y=np.eye(3)[CLASSES])})
    assert dataset.data.array("categories")[:, 0].tolist() == CLASSES.tolist()


def test_tables_of_parts_are_joined_and_their_parts_told(tmp_path: Path) -> None:
    features = np.random.default_rng(0).normal(size=(40, 2))
    content = npz(X_train=features[:30], y_train=CLASSES[:15].repeat(2), X_test=features[30:], y_test=CLASSES[:10])
    dataset = imported(tmp_path, {"x": content})
    assert [column.name for column in dataset.data.summary.columns] == ["X 1", "X 2", "y", "split"]
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, :2], features)
    assert dataset.problem("given_split").params == {"column": "split", "train": 30, "validation": 0, "test": 10}


def test_records_and_dates_are_columns(tmp_path: Path) -> None:
    rows = [(n / 4, "fox" if n % 2 else "owl", np.datetime64("2024-01-01") + n) for n in range(20)]
    dataset = imported(tmp_path, {"x": npy(np.array(rows, [("size", "f8"), ("bird", "U3"), ("day", "M8[D]")]))})
    kinds = {column.name: column.kind for column in dataset.data.summary.columns}
    assert kinds == {"size": "number", "bird": "category", "day": "date"}


FIELDS = [("size", "f8"), ("bird", "U3")]
RECORDS = np.array([(n / 4, "fox" if n % 2 else "owl") for n in range(20)], FIELDS)


@pytest.mark.parametrize("rows", [20, 7], ids=["as many rows", "fewer rows"])
def test_records_of_parts_are_joined_and_none_is_lost(tmp_path: Path, rows: int) -> None:
    dataset = imported(tmp_path, {"x": npz(train=RECORDS, test=RECORDS[:rows])})
    assert {column.name for column in dataset.data.summary.columns} == {"size", "bird", "split"}
    sizes = [*RECORDS["size"], *RECORDS["size"][:rows]]
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], sizes)
    assert dataset.problem("given_split").params == {"column": "split", "train": 20, "validation": 0, "test": rows}


def test_fields_of_several_arrays_are_called_after_them(tmp_path: Path) -> None:
    arrays = {"a": RECORDS, "b": RECORDS, "size": np.arange(20)}
    dataset = imported(tmp_path, {"x": npz(**arrays)})
    assert [column.name for column in dataset.data.summary.columns] == ["a_size", "a_bird", "b_size", "b_bird", "size"]


def test_labels_as_bytes_are_read_as_utf_8_and_others_are_told_apart(tmp_path: Path) -> None:
    names = np.array(["Köln".encode(), "Köln".encode("cp1252"), "Küln".encode("cp1252"), b"Ulm"])
    dataset = imported(tmp_path, {"x": npz(X=PIXELS, y=names[np.arange(20) % 4])})
    column = dataset.data.summary.named("label")
    assert isinstance(column, category.Column)
    assert set(column.levels) == {"Köln", "K\ufffdln", "K\ufffdln (2)", "Ulm"}
    codes = dataset.data.array("categories")[:, 0]
    assert [column.levels[code] for code in codes[3::4]] == ["Ulm"] * 5


def test_labels_of_one_part_may_be_bytes_and_of_the_other_texts(tmp_path: Path) -> None:
    names = np.array(["Köln", "Ulm"])[np.arange(20) % 2]
    arrays = {"x_train": PIXELS, "y_train": np.char.encode(names, "utf-8"), "x_test": PIXELS[:6], "y_test": names[:6]}
    column = imported(tmp_path, {"x": npz(**arrays)}).data.summary.named("label")
    assert isinstance(column, category.Column)
    assert column.levels == ("Köln", "Ulm")


def test_the_first_empty_label_is_named(tmp_path: Path) -> None:
    labels = np.array(["owl", "fox", "", "fox"] * 5)
    assert refusal(tmp_path, {"x": npz(X=PIXELS, y=labels)}).params == {"number": 3}
