"""ZIP archives with pictures in one folder per class."""

import csv
import io
import tarfile
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from PIL import Image

from tests import pictures
from tests.files import Imported, imported, picture, refusal, tarred, zipped
from trainer.catalog import listing
from trainer.columns import category
from trainer.columns.image.values import blocks
from trainer.component import Component
from trainer.data.prepared import Array
from trainer.specs.train import TrainDraft


def two_classes(kind: str = "PNG", suffix: str = "png", **options: Any) -> dict[str, bytes]:
    return {
        f"root/{label}/{n}.{suffix}": picture(kind=kind, seed=n + 10 * at, **options)
        for at, label in enumerate(("cats", "dogs"))
        for n in range(6)
    }


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        ("PNG", "png"),
        ("JPEG", "jpg"),
        ("GIF", "gif"),
        ("BMP", "bmp"),
        ("WEBP", "webp"),
        ("TIFF", "tif"),
        ("AVIF", "avif"),
        ("JPEG2000", "jp2"),
        ("PPM", "ppm"),
    ],
)
def test_every_kind_of_picture_is_read(tmp_path: Path, kind: str, suffix: str) -> None:
    members = two_classes(kind, suffix)
    dataset = imported(tmp_path, {"pets.zip": zipped(members)})
    assert pictures.classes(dataset.data.summary) == ("cats", "dogs")
    assert pictures.shape(dataset.data.summary) == (3, 8, 8)
    np.testing.assert_array_equal(pictures.labels(dataset.data), [0] * 6 + [1] * 6)
    with Image.open(io.BytesIO(members[f"root/dogs/0.{suffix}"])) as image:
        expected = np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    np.testing.assert_array_equal(pictures.pixels(dataset.data)[6], expected)


def test_grey_pictures_keep_one_channel(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.zip": zipped(two_classes(mode="L"))})
    assert pictures.shape(dataset.data.summary) == (1, 8, 8)
    mixed = two_classes(mode="L") | {"root/cats/colour.png": picture()}
    assert pictures.shape(imported(tmp_path / "mixed", {"x.zip": zipped(mixed)}).data.summary) == (3, 8, 8)


def test_sixteen_bits_are_scaled_and_transparency_becomes_white(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.full((8, 8), 65535, np.uint16)).save(buffer, "PNG")
    deep = imported(
        tmp_path / "deep", {"x.zip": zipped(two_classes(mode="L") | {"root/cats/a.png": buffer.getvalue()})}
    )
    assert pictures.pixels(deep.data).max(axis=(1, 2, 3))[6] == 255
    buffer = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(buffer, "PNG")
    clear = imported(tmp_path / "clear", {"x.zip": zipped(two_classes() | {"root/cats/a.png": buffer.getvalue()})})
    assert pictures.pixels(clear.data)[6].min() == 255


def test_other_sizes_are_resized_to_the_most_common_one(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.zip": zipped(two_classes() | {"root/cats/big.png": picture(20, 31)})})
    assert pictures.shape(dataset.data.summary) == (3, 8, 8)
    assert dataset.problem("mixed_sizes").params == {"sizes": 2, "resized": 1, "width": 8, "height": 8}


def test_large_pictures_are_reduced_to_the_largest_side(tmp_path: Path) -> None:
    spec = listing("formats")["image_folder_zip"].spec.model_validate({"name": "image_folder_zip", "largest_side": 16})
    members = {f"{label}/{n}.jpg": picture(64, 32, "JPEG", seed=n) for label in "ab" for n in range(3)}
    dataset = imported(tmp_path, {"x.zip": zipped(members)}, spec)
    assert pictures.shape(dataset.data.summary) == (3, 8, 16)
    assert "reduced" in dataset.codes


def test_a_turned_camera_is_considered(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    members = {f"{label}/{n}.jpg": picture(12, 6, "JPEG", seed=n, exif=exif) for label in "ab" for n in range(3)}
    assert pictures.shape(imported(tmp_path, {"x.zip": zipped(members)}).data.summary) == (3, 12, 6)


def test_a_broken_picture_is_left_out_and_named(tmp_path: Path) -> None:
    members = two_classes() | {"root/cats/broken.png": picture()[:-30], "root/dogs/text.png": b"no picture"}
    dataset = imported(tmp_path, {"x.zip": zipped(members)})
    assert dataset.data.summary.rows == 12
    assert dataset.problem("broken_pictures").params["names"] == "root/dogs/text.png, root/cats/broken.png"


def test_too_many_broken_pictures_fail_the_import(tmp_path: Path) -> None:
    members = two_classes() | {f"root/cats/{n}.png": picture()[:60] for n in "abcd"}
    assert refusal(tmp_path, {"x.zip": zipped(members)}).code == "pictures_broken"


def test_hidden_files_are_ignored_and_others_named(tmp_path: Path) -> None:
    extra = {
        "root/cats/.DS_Store": b"x",
        "__MACOSX/root/cats/._0.png": b"x",
        "root/cats/Thumbs.db": b"x",
        "root/notes.txt": b"x",
    }
    dataset = imported(tmp_path, {"x.zip": zipped(two_classes() | extra)})
    assert dataset.problem("other_files").params == {"count": 1, "names": "root/notes.txt"}


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
    dataset = imported(tmp_path, {"x.zip": zipped(members)})
    assert dataset.problem("first_frames").params["count"] == 3
    assert pictures.pixels(dataset.data)[:3, 0].min() == 255


@pytest.mark.parametrize("tail", [b"!", b",", b"!\xf9\x01\x00\x00"])
def test_a_gif_that_is_cut_behind_its_first_frame_is_read_as_that_frame(tmp_path: Path, tail: bytes) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "GIF")
    dataset = imported(tmp_path, {"x.zip": zipped(two_classes() | {"root/a/cut.gif": buffer.getvalue()[:-1] + tail})})
    assert pictures.pixels(dataset.data)[0].min(axis=(1, 2)).tolist() == [255, 0, 0]
    assert "first_frames" not in dataset.codes


def test_pictures_without_folder_and_single_pictures_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "zip", {"x.zip": zipped({"a.png": picture()})}).code == "picture_without_folder"
    assert refusal(tmp_path / "one", {"a.png": picture()}).code == "picture_without_folder"


def test_the_order_in_the_archive_does_not_change_the_bytes(tmp_path: Path) -> None:
    members = two_classes()
    one = imported(tmp_path / "one", {"x.zip": zipped(members)})
    other = imported(tmp_path / "other", {"y.zip": zipped(dict(reversed(members.items())), 0)})
    assert one.data.path.read_bytes() == other.data.path.read_bytes()


def test_folders_may_be_joined_by_backslashes_as_powershell_does(tmp_path: Path) -> None:
    members = {name.replace("/", "\\"): content for name, content in two_classes().items()} | {"root\\cats\\": b""}
    dataset = imported(tmp_path / "windows", {"x.zip": zipped(members)})
    plain = imported(tmp_path / "plain", {"x.zip": zipped(two_classes())})
    assert dataset.data.path.read_bytes() == plain.data.path.read_bytes()
    twice = two_classes() | {"root\\cats\\0.png": picture()}
    assert refusal(tmp_path / "twice", {"x.zip": zipped(twice)}).code == "archive_duplicate_name"


def test_a_chinese_letter_whose_last_byte_is_that_of_a_backslash_stays_whole(tmp_path: Path) -> None:
    members = {f"{label}/{n}.png": picture(seed=n) for label in ("##", "dog") for n in range(3)}
    archive = zipped(members).replace(b"##/", "禱/".encode("gb18030"))
    assert b"\\/" in archive
    assert pictures.classes(imported(tmp_path, {"x.zip": archive}).data.summary) == ("dog", "禱")


def placed(*folders: str, pictures_each: int = 3) -> dict[str, bytes]:
    """An archive with pictures in these folders."""
    paths = [f"{folder}/{n}.png" for folder in folders for n in range(pictures_each)]
    return {"x.zip": zipped({path: picture(seed=seed) for seed, path in enumerate(paths)})}


def rows_of(dataset: Imported) -> list[tuple[str, str]]:
    """The class and the part of each row."""
    label, part = dataset.data.summary.columns[1:]
    assert isinstance(label, category.Column)
    assert isinstance(part, category.Column)
    return [(label.levels[one], part.levels[other]) for one, other in dataset.data.array("categories")]


@pytest.mark.parametrize(
    "folders",
    [
        ("owl/train", "fox/train", "owl/test", "fox/test"),
        ("train/owl", "train/fox", "test/owl", "test/fox"),
        ("data/Train/owl", "data/Train/fox", "data/test_images/owl", "data/test_images/fox"),
    ],
)
def test_folders_that_name_parts_become_the_column_split_and_no_classes(
    tmp_path: Path, folders: tuple[str, ...]
) -> None:
    dataset = imported(tmp_path, placed(*folders))
    assert Counter(rows_of(dataset)) == dict.fromkeys(
        [("owl", "train"), ("fox", "train"), ("owl", "test"), ("fox", "test")], 3
    )
    assert dataset.problem("given_split").params == {"column": "split", "train": 6, "validation": 0, "test": 6}


def test_validation_has_many_names(tmp_path: Path) -> None:
    dataset = imported(tmp_path, placed("a/training/owl", "a/training/fox", "a/val/owl", "a/val/fox", "a/testing/owl"))
    assert dataset.data.summary.columns[2].levels == ("train", "validation", "test")  # type: ignore[attr-defined]
    assert dataset.problem("given_split").params == {"column": "split", "train": 6, "validation": 6, "test": 3}


def test_pictures_to_test_that_have_no_class_are_left_out_and_counted(tmp_path: Path) -> None:
    dataset = imported(tmp_path, placed("train/owl", "train/fox", "test"))
    assert (pictures.classes(dataset.data.summary), dataset.data.summary.rows) == (("fox", "owl"), 6)
    assert dataset.problem("unlabelled_pictures").params == {"count": 3, "names": "test/0.png, test/1.png, test/2.png"}
    assert dataset.data.summary.named("split") is None


def test_folders_in_folders_are_asked_about_where_either_may_be_the_class(tmp_path: Path) -> None:
    files = placed("x/anna/left", "x/anna/right", "x/ben/left", "x/ben/right")
    inner = imported(tmp_path / "inner", files)
    assert pictures.classes(inner.data.summary) == ("left", "right")
    assert inner.problem("nested_folders").params["name"] == "left"
    outer = imported(tmp_path / "outer", files, spec_of(class_folder="outermost"))
    assert pictures.classes(outer.data.summary) == ("anna", "ben")
    assert "nested_folders" not in outer.codes
    assert "nested_folders" not in imported(tmp_path / "kinds", placed("birds/owl", "mammals/fox", "mammals/cat")).codes


@pytest.mark.parametrize(
    ("folders", "names"),
    [(("train", "bus", "tram"), []), (("owl", "fox", "test"), ["test"]), (("train", "test"), ["test", "train"])],
)
def test_classes_called_like_parts_are_pointed_at_unless_they_may_be_vehicles(
    tmp_path: Path, folders: tuple[str, ...], names: list[str]
) -> None:
    dataset = imported(tmp_path, placed(*folders))
    assert pictures.classes(dataset.data.summary) == tuple(sorted(folders))
    assert [one.params["name"] for one in dataset.profile.problems if one.code == "part_as_class"] == names


def test_a_class_in_a_format_that_is_not_read_is_missed_by_name(tmp_path: Path) -> None:
    heic = b"\0\0\0\x18ftypheic" + b"\0" * 400
    dataset = imported(
        tmp_path, {"x.zip": zipped(two_classes() | {f"root/owls/{n}.{'HEIC' if n else 'jpg'}": heic for n in range(4)})}
    )
    assert dataset.problem("lost_class").params == {"name": "owls", "count": 4}
    assert dataset.problem("foreign_pictures").params["formats"] == "HEIC"
    assert "other_files" not in dataset.codes
    assert refusal(tmp_path / "alone", {"x.zip": zipped({f"{n}/a.heic": heic for n in "ab"})}).code == "format_picture"


def test_a_class_of_broken_pictures_is_missed_by_name(tmp_path: Path) -> None:
    dataset = imported(tmp_path, {"x.zip": zipped(two_classes() | {"root/owls/0.png": picture()[:-30]})})
    assert dataset.problem("lost_class").params == {"name": "owls", "count": 1}


def test_the_photo_of_a_phone_that_holds_several_is_no_animation_and_pages_are_called_pages(tmp_path: Path) -> None:
    members = two_classes()
    for kind in ("MPO", "TIFF"):
        buffer = io.BytesIO()
        more = [Image.new("RGB", (8, 8), "blue")]
        Image.new("RGB", (8, 8), "red").save(buffer, kind, save_all=True, append_images=more)
        members[f"root/a/{kind}.{'jpg' if kind == 'MPO' else 'tif'}"] = buffer.getvalue()
    dataset = imported(tmp_path, {"x.zip": zipped(members)})
    assert dataset.problem("first_pages").params["count"] == 1
    assert "first_frames" not in dataset.codes
    assert pictures.pixels(dataset.data)[:2, 0].min() > 250


def spec_of(**fields: Any) -> Component:
    return listing("formats")["image_folder_zip"].spec.model_validate({"name": "image_folder_zip", **fields})


@pytest.mark.parametrize(("fit", "corner", "middle"), [("squeeze", 10, 200), ("crop", 200, 200), ("pad", 0, 200)])
def test_a_wide_picture_is_squeezed_cropped_or_padded(tmp_path: Path, fit: str, corner: int, middle: int) -> None:
    pixels = np.full((20, 60), 10, np.uint8)
    pixels[:, 20:40] = 200  # the middle third is bright
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    members = {f"{label}/{n}.png": picture(20, 20, mode="L", seed=n) for label in "ab" for n in range(3)}
    dataset = imported(tmp_path, {"x.zip": zipped(members | {"a/wide.png": buffer.getvalue()})}, spec_of(fit=fit))
    (block,) = blocks(dataset.data.summary.columns[:1], dataset.data, np.arange(7))  # type: ignore[arg-type]
    assert block.description()["decoding"]["other_proportions"] == fit
    wide = pictures.pixels(dataset.data)[3, 0]
    assert (wide.shape, wide[0, 0], wide[10, 10]) == ((20, 20), corner, middle)


@pytest.mark.parametrize(
    ("values", "high"),
    [
        (np.linspace(0, 4095, 64).astype(np.uint16), "4095"),
        (np.linspace(0, 65535, 64).astype(np.uint16), "65535"),
        (np.linspace(0, 1, 64).astype(np.float32), "1"),
    ],
)
def test_deep_pictures_keep_their_contrast_and_the_range_is_said(tmp_path: Path, values: Array, high: str) -> None:
    members: dict[str, bytes] = {}
    for label, row in (("dark", values // 2), ("bright", values)):
        buffer = io.BytesIO()
        Image.fromarray(row.reshape(8, 8).astype(values.dtype)).save(buffer, "TIFF")
        members |= {f"{label}/{n}.tif": buffer.getvalue() for n in range(3)}
    dataset = imported(tmp_path, {"x.zip": zipped(members)})
    expected = np.rint(values.astype(np.float64) / float(high) * 255).reshape(8, 8)
    np.testing.assert_array_equal(pictures.pixels(dataset.data)[0, 0], expected)
    assert dataset.problem("deep_pixels").params == {"count": 6, "low": "0", "high": high}


def with_table(table: str, name: str = "labels.csv", folders: Sequence[str] = ("images",)) -> dict[str, bytes]:
    members = {
        f"set/{folder}/{n}.png": picture(seed=n + 10 * at, mode="L" if at else "RGB")
        for at, folder in enumerate(folders)
        for n in range(6)
    }
    return {"x.zip": zipped(members | {f"set/{name}": table.encode()})}


def test_a_table_that_names_files_gives_numbers_categories_and_pictures_of_several_columns(tmp_path: Path) -> None:
    lines = [f"images/{n}.png,{n / 2},{'wet' if n % 2 else 'dry'},masks/{5 - n}.png" for n in range(6)]
    dataset = imported(
        tmp_path, with_table("\n".join(["photo,depth,ground,mask", *lines]), folders=("images", "masks"))
    )
    assert [(column.name, column.kind) for column in dataset.data.summary.columns] == [
        ("photo", "image"),
        ("depth", "number"),
        ("ground", "category"),
        ("mask", "image"),
    ]
    np.testing.assert_array_equal(dataset.data.array("numbers")[:, 0], np.arange(6) / 2)
    np.testing.assert_array_equal(dataset.data.array("categories")[:, 0], [0, 1] * 3)
    with Image.open(io.BytesIO(picture(seed=4))) as image:
        np.testing.assert_array_equal(dataset.data.own_array("photo")[4], np.asarray(image).transpose(2, 0, 1))
    with Image.open(io.BytesIO(picture(seed=11, mode="L"))) as image:
        np.testing.assert_array_equal(dataset.data.own_array("mask")[4, 0], np.asarray(image))
    profile = dataset.profile
    assert (profile.duplicates, profile.suggested_target, profile.rows[0][0]) == (0, "ground", "images/0.png")
    task = {"name": "classification", "target": "ground"}
    only_photo = TrainDraft.model_validate({"task": {**task, "features": ["photo"]}}).resolved(dataset.data.summary)
    assert only_photo.model is not None
    assert only_photo.model.name == "cnn"


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("metadata.csv", "file_name;label\n" + "\n".join(f"{n}.png;{'ab'[n % 2]}" for n in range(6))),
        ("images/metadata.jsonl", "\n".join(f'{{"file_name": "{n}.png", "label": "{"ab"[n % 2]}"}}' for n in range(6))),
        ("train.csv", "id,label\n" + "\n".join(f"{n},{'ab'[n % 2]}" for n in range(6))),
        ("labels.tsv", "label\tpath\n" + "\n".join(f"{'ab'[n % 2]}\tset\\images\\{n}.png" for n in range(6))),
    ],
)
def test_paths_may_start_anywhere_and_lack_their_suffix(tmp_path: Path, name: str, table: str) -> None:
    dataset = imported(tmp_path, with_table(table, name))
    assert [column.kind for column in dataset.data.summary.columns].count("image") == 1
    assert pictures.classes(dataset.data.summary) == ("a", "b")
    np.testing.assert_array_equal(pictures.labels(dataset.data), [0, 1] * 3)
    assert not {"no_features", "rows_without_picture"} & dataset.codes


def test_rows_without_their_picture_and_pictures_without_a_row_are_left_out_counted_and_named(tmp_path: Path) -> None:
    lines = ["0.png,a,1", "gone.png,b,2", "1.png,b,3", "2.png,a,4", "torn.png,a,5", ",b,6"]
    files = with_table("\n".join(["file,label,size", *lines]))
    with zipfile.ZipFile(io.BytesIO(files["x.zip"])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | {"set/images/torn.png": picture()[:-30]}
    dataset = imported(tmp_path, {"x.zip": zipped(members)})
    assert dataset.data.array("numbers")[:, 0].tolist() == [1, 3, 4]
    assert dataset.problem("rows_without_picture").params == {"count": 1, "names": "gone.png"}
    assert dataset.problem("rows_naming_no_picture").params == {"count": 1}
    assert dataset.problem("unnamed_pictures").params["count"] == 3
    assert dataset.problem("broken_pictures").params["names"] == "set/images/torn.png"
    with Image.open(io.BytesIO(picture(seed=2))) as image:
        np.testing.assert_array_equal(dataset.data.own_array("file")[2], np.asarray(image).transpose(2, 0, 1))


def test_a_line_of_the_table_that_does_not_fit_is_named_or_left_out_and_other_tables_do_no_harm(tmp_path: Path) -> None:
    table = "file,label\n0.png,a\n1.png,b\n2.png\n3.png,a\n"
    assert "Line 4" in str(refusal(tmp_path / "ragged", with_table(table)))
    dataset = imported(tmp_path / "out", with_table(table), spec_of(other_widths="leave out"))
    assert left_out(dataset)["set/labels.csv, line 4"] == "more or fewer values than the others"
    note = two_classes() | {"notes.csv": b"kind,count\ncats,6\ndogs,6\n"}
    assert pictures.classes(imported(tmp_path / "note", {"x.zip": zipped(note)}).data.summary) == ("cats", "dogs")


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_is_read_as_a_zip_is(tmp_path: Path, mode: Literal["w", "w:gz"], form: int) -> None:
    members = {f"./{name}": content for name, content in two_classes().items()}
    dataset = imported(tmp_path / "tar", {"pets.tgz": tarred(members, mode, form)})
    plain = imported(tmp_path / "zip", {"x.zip": zipped(two_classes())})
    assert dataset.data.path.read_bytes() == plain.data.path.read_bytes()


def left_out(dataset: Imported) -> dict[str, str]:
    with (dataset.folder / "left_out.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert dataset.profile.left_out == len(lines)
    return {line["name"]: line["reason"] for line in lines}


def test_whatever_is_left_out_of_folders_stands_in_a_list(tmp_path: Path) -> None:
    extra = {
        "root/cats/torn.png": picture()[:-30],
        "root/=1+1.txt": b"x",
        "=cmd.txt": b"x",
        " =cmd.txt": b"x",
        "＝cmd.txt": b"x",
        "top.png": picture(),
        "root/owls/a.svg": b"<svg/>",
    }
    dataset = imported(tmp_path / "some", {"x.zip": zipped(two_classes() | extra)})
    assert left_out(dataset) == {
        "top.png": "no class",
        "root/owls/a.svg": "format not read",
        "class owls": "none of its pictures can be read",
        "root/cats/torn.png": "cannot be read",
        "root/=1+1.txt": "no picture",
        "'=cmd.txt": "no picture",
        "' =cmd.txt": "no picture",
        "'＝cmd.txt": "no picture",
    }
    none = imported(tmp_path / "none", {"x.zip": zipped(two_classes())})
    assert (none.profile.left_out, (none.folder / "left_out.csv").exists()) == (0, False)


def test_whatever_is_left_out_of_a_table_stands_in_a_list(tmp_path: Path) -> None:
    dataset = imported(tmp_path, with_table("file,label\n0.png,a\n1.png,b\n2.png,a\ngone.png,b\n3.png,a\n4.png,b\n"))
    assert left_out(dataset) == {
        "set/labels.csv, line 5: gone.png": "picture not there",
        "set/images/5.png": "not named in the table",
    }


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "PPM"])
def test_a_picture_whose_name_tells_another_format_is_read(tmp_path: Path, kind: str) -> None:
    members = {f"{name}/{n}.JPG": picture(kind=kind, seed=n) for name in ("fox", "owl") for n in range(3)}
    dataset = imported(tmp_path, {"x.zip": zipped(members)})
    assert dataset.data.summary.rows == 6
