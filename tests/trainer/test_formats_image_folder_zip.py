"""ZIP archives with pictures in one folder per class."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests import pictures
from tests.files import imported, picture, refusal, zipped
from trainer.catalog import listing


def two_classes(kind: str = "PNG", suffix: str = "png", **options: Any) -> dict[str, bytes]:
    return {f"root/{label}/{n}.{suffix}": picture(kind=kind, seed=n + 10 * at, **options)
            for at, label in enumerate(("cats", "dogs")) for n in range(6)}


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("BMP", "bmp"), ("WEBP", "webp")])
def test_every_kind_of_picture_is_read(tmp_path: Path, kind: str, suffix: str) -> None:
    members = two_classes(kind, suffix)
    made = imported(tmp_path, {"pets.zip": zipped(members)})
    assert pictures.classes(made.data.summary) == ("cats", "dogs")
    assert pictures.shape(made.data.summary) == (3, 8, 8)
    np.testing.assert_array_equal(pictures.labels(made.data), [0] * 6 + [1] * 6)
    with Image.open(io.BytesIO(members[f"root/dogs/0.{suffix}"])) as image:
        expected = np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    np.testing.assert_array_equal(pictures.pixels(made.data)[6], expected)


def test_grey_pictures_keep_one_channel(tmp_path: Path) -> None:
    made = imported(tmp_path, {"x.zip": zipped(two_classes(mode="L"))})
    assert pictures.shape(made.data.summary) == (1, 8, 8)
    mixed = two_classes(mode="L") | {"root/cats/colour.png": picture()}
    assert pictures.shape(imported(tmp_path / "mixed", {"x.zip": zipped(mixed)}).data.summary) == (3, 8, 8)


def test_sixteen_bits_are_scaled_and_transparency_becomes_white(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.full((8, 8), 65535, np.uint16)).save(buffer, "PNG")
    deep = imported(tmp_path / "deep", {"x.zip": zipped(two_classes(mode="L") | {"root/cats/a.png": buffer.getvalue()})})
    assert pictures.pixels(deep.data).max(axis=(1, 2, 3))[6] == 255
    buffer = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(buffer, "PNG")
    clear = imported(tmp_path / "clear", {"x.zip": zipped(two_classes() | {"root/cats/a.png": buffer.getvalue()})})
    assert pictures.pixels(clear.data)[6].min() == 255


def test_other_sizes_are_resized_to_the_most_common_one(tmp_path: Path) -> None:
    made = imported(tmp_path, {"x.zip": zipped(two_classes() | {"root/cats/big.png": picture(20, 31)})})
    assert pictures.shape(made.data.summary) == (3, 8, 8)
    assert made.problem("mixed_sizes").params == {"sizes": 2, "resized": 1, "width": 8, "height": 8}


def test_large_pictures_are_reduced_to_the_largest_side(tmp_path: Path) -> None:
    spec = listing("formats")["image_folder_zip"].spec.model_validate({"name": "image_folder_zip", "largest_side": 16})
    members = {f"{label}/{n}.jpg": picture(64, 32, "JPEG", seed=n) for label in "ab" for n in range(3)}
    made = imported(tmp_path, {"x.zip": zipped(members)}, spec)
    assert pictures.shape(made.data.summary) == (3, 8, 16)
    assert "reduced" in made.codes


def test_a_turned_camera_is_considered(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    members = {f"{label}/{n}.jpg": picture(12, 6, "JPEG", seed=n, exif=exif) for label in "ab" for n in range(3)}
    assert pictures.shape(imported(tmp_path, {"x.zip": zipped(members)}).data.summary) == (3, 12, 6)


def test_a_broken_picture_is_left_out_and_named(tmp_path: Path) -> None:
    members = two_classes() | {"root/cats/broken.png": picture()[:-30], "root/dogs/text.png": b"no picture"}
    made = imported(tmp_path, {"x.zip": zipped(members)})
    assert made.data.summary.rows == 12
    assert made.problem("broken_pictures").params["names"] == "root/dogs/text.png, root/cats/broken.png"


def test_too_many_broken_pictures_fail_the_import(tmp_path: Path) -> None:
    members = two_classes() | {f"root/cats/{n}.png": picture()[:60] for n in "abcd"}
    assert refusal(tmp_path, {"x.zip": zipped(members)}).code == "pictures_broken"


def test_hidden_files_are_ignored_and_others_named(tmp_path: Path) -> None:
    extra = {"root/cats/.DS_Store": b"x", "__MACOSX/root/cats/._0.png": b"x", "root/cats/Thumbs.db": b"x", "root/notes.txt": b"x"}
    made = imported(tmp_path, {"x.zip": zipped(two_classes() | extra)})
    assert made.problem("other_files").params == {"count": 1, "names": "root/notes.txt"}


def test_class_names_may_be_in_any_script(tmp_path: Path) -> None:
    members = {f"数据/{label}/{n}.png": picture(seed=n) for label in ("猫", "cafe\u0301", "собака") for n in range(3)}
    assert pictures.classes(imported(tmp_path, {"x.zip": zipped(members)}).data.summary) == ("café", "собака", "猫")


def test_class_names_that_differ_only_by_case_are_pointed_at(tmp_path: Path) -> None:
    members = {f"{label}/{n}.png": picture(seed=n) for label in ("Cat", "cat", "dog") for n in range(3)}
    assert imported(tmp_path, {"x.zip": zipped(members)}).problem("case_only").params == {"names": "“Cat”, “cat”"}


def test_the_first_frame_of_an_animation_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    members = two_classes()
    for kind in ("GIF", "WEBP", "PNG"):
        buffer = io.BytesIO()
        frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], lossless=True)
        members[f"root/a/{kind}.{kind.lower()}"] = buffer.getvalue()
    made = imported(tmp_path, {"x.zip": zipped(members)})
    assert made.problem("first_frames").params["count"] == 3
    assert pictures.pixels(made.data)[:3, 0].min() == 255


@pytest.mark.parametrize("tail", [b"!", b",", b"!\xf9\x01\x00\x00"])
def test_a_gif_that_is_cut_behind_its_first_frame_is_read_as_that_frame(tmp_path: Path, tail: bytes) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "GIF")
    made = imported(tmp_path, {"x.zip": zipped(two_classes() | {"root/a/cut.gif": buffer.getvalue()[:-1] + tail})})
    assert pictures.pixels(made.data)[0].min(axis=(1, 2)).tolist() == [255, 0, 0]
    assert "first_frames" not in made.codes


def test_pictures_without_folder_and_single_pictures_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "zip", {"x.zip": zipped({"a.png": picture()})}).code == "picture_without_folder"
    assert refusal(tmp_path / "one", {"a.png": picture()}).code == "picture_without_folder"


def test_the_order_in_the_archive_does_not_change_the_bytes(tmp_path: Path) -> None:
    members = two_classes()
    one = imported(tmp_path / "one", {"x.zip": zipped(members)})
    other = imported(tmp_path / "other", {"y.zip": zipped(dict(reversed(members.items())), 0)})
    assert one.data.path.read_bytes() == other.data.path.read_bytes()
