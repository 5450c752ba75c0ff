"""IDX files, as MNIST has them."""

import gzip
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests import pictures
from tests.files import idx, imported, refusal, zipped

PIXELS = np.arange(20 * 6 * 5, dtype=np.uint32).reshape(20, 6, 5).astype(np.uint8)
LABELS = np.arange(20, dtype=np.uint8) % 4
PAIR = {"pictures": idx(PIXELS), "labels": idx(LABELS)}


def test_pictures_and_labels_become_pixels_and_classes(tmp_path: Path) -> None:
    dataset = imported(tmp_path, PAIR)
    np.testing.assert_array_equal(pictures.pixels(dataset.data), PIXELS[:, None])
    np.testing.assert_array_equal(pictures.labels(dataset.data), LABELS)
    assert pictures.shape(dataset.data.summary) == (1, 6, 5)
    assert pictures.classes(dataset.data.summary) == ("0", "1", "2", "3")
    assert dataset.profile.balance == (("0", 5), ("1", 5), ("2", 5), ("3", 5))


@pytest.mark.parametrize("names", list(permutations(["x", "y"])))
def test_order_and_names_of_the_two_files_do_not_matter(tmp_path: Path, names: tuple[str, str]) -> None:
    dataset = imported(tmp_path, {names[0]: PAIR["labels"], names[1]: gzip.compress(PAIR["pictures"])})
    plain = imported(tmp_path / "plain", PAIR)
    assert dataset.data.path.read_bytes() == plain.data.path.read_bytes()


def test_both_may_lie_in_one_zip_with_a_licence(tmp_path: Path) -> None:
    members = {
        "set/images.gz": gzip.compress(PAIR["pictures"]),
        "set/labels.gz": gzip.compress(PAIR["labels"]),
        "set/LICENSE": b"free",
        "__MACOSX/._x": b"?",
    }
    dataset = imported(tmp_path, {"set.zip": zipped(members)})
    assert dataset.data.summary.rows == 20
    assert dataset.problem("other_files").params == {"count": 1, "names": "set/LICENSE"}


def test_train_and_test_parts_are_joined(tmp_path: Path) -> None:
    members = {
        "t10k-images": idx(PIXELS[:5]),
        "t10k-labels": idx(LABELS[:5]),
        "train-images": idx(PIXELS[5:]),
        "train-labels": idx(LABELS[5:]),
    }
    dataset = imported(tmp_path, {"mnist.zip": zipped(members)})
    np.testing.assert_array_equal(pictures.pixels(dataset.data)[:, 0], PIXELS)
    np.testing.assert_array_equal(pictures.labels(dataset.data), LABELS)
    assert "joined_parts" in dataset.codes
    np.testing.assert_array_equal(dataset.data.array("categories")[:, 1], [1] * 5 + [0] * 15)
    assert dataset.problem("given_split").params == {"column": "split", "train": 15, "validation": 0, "test": 5}


def test_labels_with_further_numbers_of_each_picture_are_read_as_qmnist_writes_them(tmp_path: Path) -> None:
    described = np.stack([LABELS.astype(np.int32), *np.arange(140, dtype=np.int32).reshape(7, 20)], axis=1)
    files = {"qmnist-test-images-idx3-ubyte": idx(PIXELS), "qmnist-test-labels-idx2-int": idx(described)}
    dataset = imported(tmp_path, files)
    np.testing.assert_array_equal(pictures.labels(dataset.data), LABELS)
    assert dataset.problem("first_of_row").params == {"name": "qmnist-test-labels-idx2-int", "columns": 8}


@pytest.mark.parametrize(("name", "kept"), [("images", "labels"), ("labels", "pictures")])
def test_a_file_with_a_wrong_beginning_is_named_with_its_first_bytes(tmp_path: Path, name: str, kept: str) -> None:
    error = refusal(tmp_path, {name: b"\0\0\x07\x03" + PAIR["pictures"][4:], kept: PAIR[kept]})
    assert error.code == "idx_beginning"
    assert f"“{name}” begins with the bytes 00 00 07 03" in str(error)


@settings(deadline=None)  # files are written, on a machine that may be busy
@given(
    pixels=arrays.arrays(
        st.sampled_from([np.uint8, np.int16, np.int32, np.float32, np.float64]),
        st.tuples(st.integers(2, 5), st.integers(1, 4), st.integers(1, 4)),
        elements=st.integers(0, 255),
    )
)
def test_whole_numbers_to_255_survive_in_every_type(tmp_path_factory: pytest.TempPathFactory, pixels: Any) -> None:
    assume(pixels.dtype.kind in "iu" or pixels.max() > 1)  # 0 and 1 as fractions are black and white
    dataset = imported(
        tmp_path_factory.mktemp("idx"), {"a": idx(pixels), "b": idx(np.arange(len(pixels), dtype=np.int32))}
    )
    np.testing.assert_array_equal(pictures.pixels(dataset.data)[:, 0], pixels)


def test_fractions_are_scaled(tmp_path: Path) -> None:
    values = np.array([[[0.0, 0.5]], [[1.0, np.nan]]], dtype=np.float32)
    dataset = imported(tmp_path, {"a": idx(values), "b": idx([0, 1])})
    np.testing.assert_array_equal(pictures.pixels(dataset.data)[:, 0], [[[0, 128]], [[255, 0]]])
    assert {"scaled_pixels", "infinite_pixels"} <= dataset.codes


def test_colour_is_read_with_channels_first_or_last(tmp_path: Path) -> None:
    colour = np.arange(2 * 4 * 5 * 3, dtype=np.uint8).reshape(2, 4, 5, 3)
    last = imported(tmp_path / "last", {"a": idx(colour), "b": idx([0, 1])})
    first = imported(
        tmp_path / "first", {"a": idx(np.ascontiguousarray(colour.transpose(0, 3, 1, 2))), "b": idx([0, 1])}
    )
    assert pictures.shape(last.data.summary) == (3, 4, 5)
    assert last.data.path.read_bytes() == first.data.path.read_bytes()


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a": PAIR["pictures"]}, "idx_labels_missing"),
        ({"a": PAIR["labels"]}, "idx_pictures_missing"),
        ({"a": PAIR["pictures"], "b": idx(LABELS[:19])}, "idx_counts"),
        ({"a": PAIR["pictures"], "b": PAIR["labels"], "c": PAIR["labels"]}, "idx_pairs"),
        ({"a": idx(PIXELS.reshape(20, 30)), "b": PAIR["labels"]}, "idx_no_pictures"),
        ({"a": PAIR["pictures"][:-1], "b": PAIR["labels"]}, "idx_length"),
        ({"a": PAIR["pictures"] + b"x", "b": PAIR["labels"]}, "idx_length"),
        ({"a": PAIR["pictures"][:6], "b": PAIR["labels"]}, "idx_length"),
        ({"a": idx(np.zeros((0, 3, 3), np.uint8)), "b": idx([])}, "idx_no_rows"),
        ({"a": idx(PIXELS.astype(np.int16) - 1), "b": PAIR["labels"]}, "pixels_range"),
        ({"a": idx(PIXELS.astype(np.float32) + 0.5), "b": PAIR["labels"]}, "pixels_range"),
        ({"a": idx(np.full((20, 2, 2), np.nan)), "b": PAIR["labels"]}, "pixels_not_finite"),
        ({"a": PAIR["pictures"], "b": idx(LABELS + np.float32(0.5))}, "pixels_labels_whole"),
        ({"a": idx(np.zeros((4, 5, 5, 5), np.uint8)), "b": idx([0, 1, 0, 1])}, "pixels_channels"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_own_sentence(tmp_path: Path, files: dict[str, bytes], code: str) -> None:
    assert refusal(tmp_path, files).code == code


def test_the_counts_that_differ_are_named(tmp_path: Path) -> None:
    error = refusal(tmp_path, {"pictures": PAIR["pictures"], "labels": idx(LABELS[:19])})
    assert str(error).startswith("“pictures” has 20 pictures but “labels” has 19 labels.")
