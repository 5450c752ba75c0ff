"""Pictures that tables name, as people write and pack them."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.files import Imported, imported, picture, refusal, tarred, zipped
from trainer.columns import category
from trainer.importing.preparation import files_of, prepare

HEIC = b"\0\0\0\x18ftypheic" + b"\0" * 400


def shots(*names: str) -> dict[str, bytes]:
    """Pictures of these names, no two alike."""
    return {name: picture(seed=seed) for seed, name in enumerate(names)}


def six(folder: str = "shots/", suffix: str = ".png") -> dict[str, bytes]:
    return shots(*(f"{folder}{n}{suffix}" for n in range(6)))


def table(*rows: Sequence[Any], mark: str = ",", encoding: str = "utf-8") -> bytes:
    return "\n".join(mark.join(map(str, row)) for row in rows).encode(encoding)


def kinds(dataset: Imported) -> dict[str, str]:
    return {column.name: column.kind for column in dataset.data.summary.columns}


def labels(dataset: Imported, name: str = "label") -> list[str]:
    """The class of each row."""
    alike = [column for column in dataset.data.summary.columns if isinstance(column, category.Column)]
    place = [column.name for column in alike].index(name)
    return [alike[place].levels[code] for code in dataset.data.array("categories")[:, place]]


def left_out(dataset: Imported) -> dict[str, str]:
    with (dataset.folder / "left_out.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert dataset.profile.left_out == len(lines)
    return {line["name"]: line["reason"] for line in lines}


def are_in_order(dataset: Imported, members: Mapping[str, bytes], names: Sequence[str], column: str) -> bool:
    """Whether the rows' pictures are these."""
    expected = []
    for name in names:
        with Image.open(io.BytesIO(members[name])) as image:
            expected.append(np.asarray(image.convert("RGB")).transpose(2, 0, 1))
    return bool((dataset.data.own_array(column) == np.array(expected)).all())


KINDS = ["fox", "owl"] * 3
SPELLINGS: dict[str, tuple[dict[str, bytes], bytes, str]] = {
    "semicolons, decimal commas and Windows' letters": (
        six(),
        table(
            ("Datei", "Größe", "label"),
            *((f"{n}.png", f"{n},5", kind) for n, kind in enumerate(KINDS)),
            mark=";",
            encoding="cp1252",
        ),
        "Datei",
    ),
    "UTF-16 and tabs": (
        six(),
        table(("file", "label"), *((f"{n}.png", kind) for n, kind in enumerate(KINDS)), mark="\t", encoding="utf-16"),
        "file",
    ),
    "paths and numbers between spaces": (
        six(),
        "".join(f"shots/{n}.png {kind} {n}\n" for n, kind in enumerate(KINDS)).encode(),
        "column 1",
    ),
    "no names of columns": (six(), table(*((f"{n}.png", kind) for n, kind in enumerate(KINDS))), "column 1"),
    "quoted paths with commas": (
        shots(*(f"shots/a, {n}.png" for n in range(6))),
        table(("file", "label"), *((f'"a, {n}.png"', kind) for n, kind in enumerate(KINDS))),
        "file",
    ),
    "a path of a Windows machine": (
        six(),
        table(("file", "label"), *((rf"C:\Users\ada\shots\{n}.png", kind) for n, kind in enumerate(KINDS))),
        "file",
    ),
    "a path of another folder": (
        six("pics/"),
        table(("file", "label"), *((f"/home/ada/archive/{n}.png", kind) for n, kind in enumerate(KINDS))),
        "file",
    ),
    "a path from the folder beside": (
        six(),
        table(("file", "label"), *((f"../shots/{n}.png", kind) for n, kind in enumerate(KINDS))),
        "file",
    ),
    "a suffix in capitals": (
        six(suffix=".PNG"),
        table(("file", "label"), *((f"shots/{n}.png", kind) for n, kind in enumerate(KINDS))),
        "file",
    ),
    "names in other letters": (
        shots(*(f"shots/IMG_{n}.png" for n in range(6))),
        table(("file", "label"), *((f"img_{n}.png", kind) for n, kind in enumerate(KINDS))),
        "file",
    ),
    "names without suffix that are words": (
        shots(*(f"shots/bird-{n}.png" for n in range(6))),
        table(("file", "label"), *((f"bird-{n}", kind) for n, kind in enumerate(KINDS))),
        "file",
    ),
    "comments and a title before the names": (
        six(),
        b"# taken in May\n" + table(("file", "label"), *((f"{n}.png", kind) for n, kind in enumerate(KINDS))),
        "file",
    ),
    "sep= and zero bytes behind": (
        six(),
        b"sep=;\n"
        + table(("file", "label"), *((f"{n}.png", kind) for n, kind in enumerate(KINDS)), mark=";")
        + b"\0\0",
        "file",
    ),
    "JSON Lines called .csv": (
        six(),
        "\n".join(json.dumps({"file": f"{n}.png", "label": kind}) for n, kind in enumerate(KINDS)).encode(),
        "file",
    ),
}


@pytest.mark.parametrize("case", SPELLINGS)
def test_a_table_beside_pictures_is_read_as_carefully_as_a_table_alone(tmp_path: Path, case: str) -> None:
    members, content, column = SPELLINGS[case]
    dataset = imported(tmp_path, {"x.zip": zipped(members | {"labels.csv": content})})
    assert kinds(dataset)[column] == "image"
    label = "column 2" if column == "column 1" else "label"
    assert labels(dataset, label) == KINDS
    assert are_in_order(dataset, members, list(members), column)
    assert {"one_class", "rows_without_picture", "unnamed_pictures"}.isdisjoint(dataset.codes)


def test_numbers_of_such_a_table_are_read_with_its_comma_and_texts_that_json_states_stay(tmp_path: Path) -> None:
    content = SPELLINGS["semicolons, decimal commas and Windows' letters"][1]
    dataset = imported(tmp_path / "comma", {"x.zip": zipped(six() | {"labels.csv": content})})
    assert dataset.data.array("numbers")[:, 0].tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    assert {"encoding", "decimal_comma"} <= dataset.codes
    lines = "\n".join(json.dumps({"file": f"{n}.png", "code": f"00{n % 2}", "size": n}) for n in range(6))
    stated = imported(tmp_path / "json", {"x.zip": zipped(six() | {"metadata.jsonl": lines.encode()})})
    assert kinds(stated) == {"file": "image", "code": "category", "size": "number"}
    assert labels(stated, "code") == ["000", "001"] * 3


def parts(test: str = "test", columns: Sequence[str] = ("file", "label")) -> dict[str, bytes]:
    rows = [(f"{n}.png", kind) for n, kind in enumerate(KINDS)]
    return {"train.csv": table(("file", "label"), *rows[:4]), f"{test}.csv": table(columns, *rows[4:])}


@pytest.mark.parametrize(
    "files",
    [
        six() | parts(),
        six() | {f"data/{name}": content for name, content in parts("test_labels").items()},
        six() | {"train/meta.csv": parts()["train.csv"], "test/meta.csv": parts()["test.csv"]},
        six()
        | {"train.csv": parts()["train.csv"], "test.csv": table(("label", "file"), ("fox", "4.png"), ("owl", "5.png"))},
        {f"{'test' if n > 3 else 'train'}/{n}.png": picture(seed=n) for n in range(6)} | parts(),
        {f"{'test' if n > 3 else 'train'}/{n}.png": picture(seed=n) for n in range(6)}
        | {"labels.csv": table(("file", "label"), *((f"{n}.png", kind) for n, kind in enumerate(KINDS)))},
    ],
)
def test_tables_or_folders_that_name_parts_give_the_column_split(tmp_path: Path, files: dict[str, bytes]) -> None:
    dataset = imported(tmp_path, {"x.zip": zipped(files)})
    assert dict(zip(range(6), labels(dataset, "split"), strict=True)) == {
        n: "test" if n > 3 else "train" for n in range(6)
    }
    assert dataset.problem("given_split").params == {"column": "split", "train": 4, "validation": 0, "test": 2}
    assert labels(dataset) == KINDS


def test_a_column_that_tells_the_parts_needs_no_other(tmp_path: Path) -> None:
    rows = [
        (f"{'test' if n > 3 else 'train'}/{n}.png", kind, "val" if n > 3 else "train") for n, kind in enumerate(KINDS)
    ]
    members = shots(*(row[0] for row in rows)) | {"labels.csv": table(("file", "label", "part"), *rows)}
    assert kinds(imported(tmp_path, {"x.zip": zipped(members)})).keys() == {"file", "label", "part"}


def test_tables_of_the_same_columns_are_joined_and_said(tmp_path: Path) -> None:
    rows = [(f"{n}.png", kind) for n, kind in enumerate(KINDS)]
    files = six() | {"ada.csv": table(("file", "label"), *rows[:3]), "ben.csv": table(("file", "label"), *rows[3:])}
    dataset = imported(tmp_path, {"x.zip": zipped(files)})
    assert (labels(dataset), kinds(dataset)) == (KINDS, {"file": "image", "label": "category"})
    assert dataset.problem("joined_parts").params == {"count": 2, "names": "ada.csv, ben.csv"}


@pytest.mark.parametrize(
    "tables",
    [
        {"a.csv": "file,label\n0.png,fox\n1.png,owl", "b.csv": "file,label\n0.png,owl\n2.png,owl"},
        {"train.csv": "file,label\n0.png,fox\n1.png,owl", "sample.csv": "file,label\n2.png,fox\n3.png,fox"},
        {"a.csv": "file,label\n0.png,fox\n1.png,owl", "b.csv": "file,age,size\n0.png,3,4\n1.png,5,6"},
    ],
)
def test_tables_of_which_it_is_open_how_they_belong_together_are_refused(
    tmp_path: Path, tables: dict[str, str]
) -> None:
    error = refusal(tmp_path, {"x.zip": zipped(six() | {name: text.encode() for name, text in tables.items()})})
    assert error.code == "picture_tables" and all(name in str(error) for name in tables)


def test_a_table_without_the_target_is_left_out_and_named(tmp_path: Path) -> None:
    rows = [(f"{n}.png", n, kind) for n, kind in enumerate(KINDS)]
    train, test = table(("file", "age", "label"), *rows[:4]), table(("file", "age"), *(row[:2] for row in rows[4:]))
    dataset = imported(tmp_path, {"x.zip": zipped(six() | {"train.csv": train, "test.csv": test})})
    assert dataset.problem("narrow_tables").params == {"count": 1, "names": "test.csv", "columns": "“label”"}
    reasons = left_out(dataset)
    assert reasons["test.csv"] == "columns are missing" and reasons["shots/4.png"] == "not named in the table"


def test_a_picture_in_two_parts_is_pointed_at(tmp_path: Path) -> None:
    tables = {"train.csv": "file,label\n0.png,fox\n1.png,owl", "test.csv": "file,label\n1.png,owl\n2.png,fox"}
    dataset = imported(tmp_path, {"x.zip": zipped(six() | {name: text.encode() for name, text in tables.items()})})
    assert dataset.problem("pictures_in_parts").params == {"count": 1, "names": "shots/1.png"}


def test_two_columns_of_pictures_the_same_picture_in_several_rows_and_every_reason_to_leave_out(tmp_path: Path) -> None:
    members = shots("a/1.png", "b/1.png", *(f"a/{name}.png" for name in "xyzuvw")) | {
        "a/phone.heic": HEIC,
        "a/torn.png": picture()[:-30],
        "notes.md": b"mine",
    }
    rows = [
        ("x.png", "y.png", "fox"),
        ("x.png", "z.png", "owl"),
        ("x.png", "x.png", "fox"),
        ("1.png", "x.png", "owl"),
        ("x.png", "", "fox"),
        ("gone.png", "x.png", "hare"),
        ("phone.heic", "x.png", "fox"),
        ("x.png", "torn.png", "fox"),
        ("u.png", "v.png", "owl"),
    ]
    dataset = imported(tmp_path, {"x.zip": zipped(members | {"pairs.csv": table(("left", "right", "label"), *rows)})})
    assert kinds(dataset) == {"left": "image", "right": "image", "label": "category"}
    assert labels(dataset) == ["fox", "owl", "fox", "owl"]
    assert are_in_order(dataset, members, ["a/x.png", "a/x.png", "a/x.png", "a/u.png"], "left")
    assert left_out(dataset) == {
        "pairs.csv, line 5, left: 1.png": "several pictures have this name",
        "pairs.csv, line 6, right: ": "no picture named",
        "pairs.csv, line 7, left: gone.png": "picture not there",
        "pairs.csv, line 8, left: phone.heic": "format not read",
        "pairs.csv, line 9, right: torn.png": "picture cannot be read",
        "a/torn.png": "cannot be read",
        "a/phone.heic": "format not read",
        "a/1.png": "not named in the table",
        "b/1.png": "not named in the table",
        "a/w.png": "not named in the table",
        "notes.md": "no picture",
    }
    assert dataset.problem("lost_value").params == {"column": "label", "value": "hare", "count": 1}
    assert dataset.problem("foreign_pictures").params["formats"] == "HEIC"
    assert dataset.problem("ambiguous_pictures").params == {"count": 1, "names": "1.png"}
    assert dataset.problem("rows_without_picture").params == {"count": 1, "names": "gone.png"}
    assert dataset.problem("rows_naming_no_picture").params == {"count": 1}


def test_a_class_whose_pictures_are_all_gone_is_missed_even_if_one_class_is_left(tmp_path: Path) -> None:
    rows = [(f"{n}.png", "fox") for n in range(6)] + [(f"owls/{n}.jpg", "owl") for n in range(3)]
    dataset = imported(tmp_path, {"x.zip": zipped(six() | {"labels.csv": table(("file", "label"), *rows)})})
    assert dataset.problem("lost_value").params == {"column": "label", "value": "owl", "count": 3}
    assert dataset.problem("one_class").severity == "error"


def test_numbers_and_gaps_of_rows_without_pictures_are_missed_as_texts_are(tmp_path: Path) -> None:
    rows = [(f"{n}.png", "fox" if n % 2 else "owl", n % 2) for n in range(6)]
    lost = [("lost.png", "fox", 7), ("lost.png", "owl ", 7), ("lost.png", "owl", None), ("lost.png", "", 1)]
    lines = [{"file": file, "label": label, "size": size} for file, label, size in [*rows, *lost]]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    dataset = imported(tmp_path, {"x.zip": zipped(six() | {"a.jsonl": content, "phone.heic": HEIC})})
    assert dataset.problem("lost_value").params == {"column": "size", "value": "7.0", "count": 2}
    assert labels(dataset) == ["owl", "fox"] * 3
    assert left_out(dataset)["phone.heic"] == "format not read"
    assert "not named in the table" not in left_out(dataset).values()


def test_a_picture_of_a_test_folder_that_is_not_there_is_not_taken_from_the_training_folder(tmp_path: Path) -> None:
    rows = [(f"/data/train/{n}.png", kind) for n, kind in enumerate(KINDS)]
    files = six("train/") | {
        "train.csv": table(("file", "label"), *rows),
        "test.csv": table(("file", "label"), ("/data/test/0.png", "fox"), ("/data/test/1.png", "owl")),
    }
    dataset = imported(tmp_path, {"x.zip": zipped(files)})
    assert dataset.data.summary.rows == 6
    assert "test.csv" in left_out(dataset)


def test_pictures_that_are_broken_or_too_large_are_refused_as_in_folders(tmp_path: Path) -> None:
    rows = [(f"{n}.png", kind) for n, kind in enumerate(KINDS)]
    content = table(("file", "label"), *rows)
    torn = six() | {f"shots/{n}.png": picture()[:60] for n in range(3)}
    assert refusal(tmp_path / "torn", {"x.zip": zipped(torn | {"labels.csv": content})}).code == "pictures_broken"
    huge = io.BytesIO()
    Image.new("1", (9000, 9000)).save(huge, "PNG")
    bomb = six() | {"shots/0.png": huge.getvalue(), "labels.csv": content}
    assert refusal(tmp_path / "huge", {"x.zip": zipped(bomb)}).code == "picture_too_large"


def test_a_table_whose_pictures_are_elsewhere_is_named_unless_folders_tell_the_classes(tmp_path: Path) -> None:
    content = table(("source", "label"), *((f"https://pics.example/{n}.jpg", kind) for n, kind in enumerate(KINDS)))
    error = refusal(tmp_path / "alone", {"x.zip": zipped(six() | {"labels.csv": content})})
    assert error.code == "pictures_unnamed" and "labels.csv" in str(error)
    folders = shots("fox/a.png", "fox/b.png", "owl/c.png") | {"sources.csv": content}
    dataset = imported(tmp_path / "folders", {"x.zip": zipped(folders)})
    assert labels(dataset) == ["fox", "fox", "owl"] and left_out(dataset) == {"sources.csv": "no picture"}


def test_a_tar_and_a_folder_are_read_as_a_zip_is(tmp_path: Path) -> None:
    members = six() | parts()
    plain = imported(tmp_path / "zip", {"x.zip": zipped(members)})
    packed = imported(tmp_path / "tar", {"x.tar.gz": tarred(members, "w:gz")})
    for name, content in members.items():
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    done = prepare(*files_of(tmp_path / "folder"), tmp_path / "out")
    assert plain.data.path.read_bytes() == packed.data.path.read_bytes() == done.prepared.read_bytes()


def test_a_table_with_pictures_has_a_contact_sheet_of_the_classes_in_turns(tmp_path: Path) -> None:
    members = six()
    rows = [(name, "cat" if place < 4 else "dog") for place, name in enumerate(members)]
    dataset = imported(tmp_path, {"shots.zip": zipped(members | {"labels.csv": table(("file", "label"), *rows)})})
    assert dataset.profile.thumbnails is not None
    assert dataset.profile.thumbnails.labels == ("cat", "dog", "cat", "dog", "cat", "cat")
    with Image.open(dataset.folder / "thumbnails.png") as sheet:
        cells = [np.asarray(sheet.convert("RGB").crop((at * 64, 0, at * 64 + 64, 64))) for at in (0, 1)]
    for cell, name in zip(cells, ("shots/0.png", "shots/4.png"), strict=True):
        with Image.open(io.BytesIO(members[name])) as original:
            enlarged = original.convert("RGB").resize((64, 64), Image.Resampling.NEAREST)
        np.testing.assert_array_equal(cell, np.asarray(enlarged))


def test_its_sheet_shows_the_first_rows_where_the_target_has_no_classes(tmp_path: Path) -> None:
    members = six()
    rows = [(name, place * 1.5) for place, name in enumerate(members)]
    dataset = imported(tmp_path, {"shots.zip": zipped(members | {"labels.csv": table(("file", "weight"), *rows)})})
    assert dataset.profile.thumbnails is not None
    assert (dataset.profile.thumbnails.labels, dataset.profile.thumbnails.rows) == ((), 1)


@pytest.mark.parametrize("folder", ["shots/", ""])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.csv", table(("id", "label"), *((f"{n:03}", kind) for n, kind in enumerate(KINDS)))),
        ("labels.xlsx", b"PK\3\4 a workbook"),
        ("annotations.json", b'{"images": []}'),
    ],
)
def test_labels_that_do_not_name_the_pictures_are_never_passed_over(
    tmp_path: Path, name: str, content: bytes, folder: str
) -> None:
    error = refusal(tmp_path, {"x.zip": zipped({f"{folder}{n}.png": picture() for n in range(6)} | {name: content})})
    assert error.code == "pictures_unnamed"
    assert name in str(error) and f"{folder}0.png" in str(error)


def test_a_table_without_a_row_that_has_its_pictures_shows_the_first_and_what_there_is(tmp_path: Path) -> None:
    rows = [(f"{n}.png", f"back{n}.png" if n else "1.png", kind) for n, kind in enumerate(KINDS)]
    members = {f"shots/{n}.png": picture() for n in range(1, 6)}
    error = refusal(tmp_path, {"x.zip": zipped(members | {"a.csv": table(("front", "back", "label"), *rows)})})
    assert error.code == "pictures_missing"
    assert "“0.png” in line 2" in str(error) and "shots/1.png" in str(error)


@pytest.mark.parametrize("name", ["birds.csv", "birds.jsonl"])
def test_a_table_that_comes_without_its_pictures_is_told_so(tmp_path: Path, name: str) -> None:
    rows = [(f"shots/{n}.JPG", kind, n / 4) for n, kind in enumerate(KINDS * 5)]
    lines = "".join(json.dumps(dict(zip(("file", "label", "size"), row, strict=True))) + "\n" for row in rows)
    content = {"birds.csv": table(("file", "label", "size"), *rows), "birds.jsonl": lines.encode()}[name]
    dataset = imported(tmp_path, {name: content})
    assert dataset.problem("pictures_elsewhere").params == {"column": "file", "value": "shots/0.JPG"}
    beside = imported(tmp_path / "beside", {"x.zip": zipped(shots(*(row[0] for row in rows)) | {name: content})})
    assert "pictures_elsewhere" not in beside.codes
