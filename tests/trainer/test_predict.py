"""The shipped predict.py, run as a stranger runs it: what it reads is what training read."""

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests import pictures
from tests.files import imported, picture, zipped
from tests.test_imports import imported_at_the_top
from tests.trainer import samples
from tests.trainer.attempts import write_images
from trainer import columns
from trainer.catalog import listing
from trainer.columns import category, date, image, kinds
from trainer.data import rows
from trainer.data.prepared import Array, Prepared, own_name, write_prepared
from trainer.data.rows import Rows
from trainer.data.summary import DataSummary
from trainer.proving import answering, reference_rows, shipping
from trainer.proving.predict import flat
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft
from trainer.tasks import regression

ECHO = """
import numpy as np

def load(folder):
    def model(rows):
        np.savez(folder + "/seen.npz", **rows)
        return np.zeros(len(next(iter(rows.values()))))
    return model
"""
TABLE = "size,city,weight,y\n" + "".join(
    f"{size},{city},{weight},{y}\n"
    for size, city, weight, y in zip(
        ["1.5", "2", "", "1250"] * 10,
        ["Bonn", "Ulm", "Kiel", ""] * 10,
        (str(n * 7 % 20) for n in range(40)),
        "aabb" * 10,
        strict=True,
    )
)


def shipped(prepared: Prepared, folder: Path, model: dict[str, Any] | None = None) -> Rows:
    """What a stranger's folder holds, with a model that notes what it is asked; the rows as training takes them."""
    task = {"name": "classification", "target": prepared.summary.columns[-1].name}
    spec = parse({"kind": "train", "task": task, **({"model": model} if model else {})})
    assert isinstance(spec, TrainDraft)
    spec = spec.resolved(prepared.summary)
    data = rows.read(spec, prepared)
    folder.mkdir()
    shipping.ship(rows.configure(spec, data), folder)
    shutil.copy(Path(regression.__file__).with_name("answer.py"), folder)
    (folder / "run_echo.py").write_text(ECHO)
    return data


def run(folder: Path, name: str, content: bytes) -> subprocess.CompletedProcess[str]:
    (folder / name).write_bytes(content)
    return started(folder, name)


def started(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "predict.py", "run_echo.py", name, "--batch", "1000"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def seen(folder: Path) -> dict[str, Array]:
    with np.load(folder / "seen.npz") as arrays:
        return dict(arrays)


def equal(folder: Path, data: Rows, part: Array) -> None:
    expected = answering.raw(data, part)
    assert seen(folder).keys() == expected.keys()
    for name, values in seen(folder).items():
        np.testing.assert_array_equal(values, expected[name])
        assert values.dtype == expected[name].dtype


def test_a_table_is_read_as_the_import_read_it(tmp_path: Path) -> None:
    data = shipped(imported(tmp_path, {"x.csv": TABLE.encode()}).data, tmp_path / "shipped")
    done = run(tmp_path / "shipped", "x.csv", b"\xef\xbb\xbf" + TABLE.encode())
    assert (done.returncode, done.stderr) == (0, "Not used by the model: “y”.\n")
    assert len(done.stdout.splitlines()) == 40
    equal(tmp_path / "shipped", data, np.arange(40))


def test_the_real_sample_is_read_as_json_lines(tmp_path: Path) -> None:
    prepared = Prepared.open(samples.penguins(tmp_path / "data"))
    data = shipped(prepared, tmp_path / "shipped")
    path = reference_rows.write_rows(
        prepared, [column.name for column in data.features], np.arange(len(prepared)), tmp_path, []
    )
    done = run(tmp_path / "shipped", "penguins.jsonl", path.read_bytes())
    assert (done.returncode, done.stderr) == (0, "")
    equal(tmp_path / "shipped", data, np.arange(len(prepared)))


def test_pictures_are_read_from_one_file(tmp_path: Path) -> None:
    prepared = Prepared.open(write_images(tmp_path / "images", rows=30))
    data = shipped(prepared, tmp_path / "shipped")
    np.save(tmp_path / "all.npy", np.asarray(pictures.pixels(prepared)))
    done = run(tmp_path / "shipped", "all.npy", (tmp_path / "all.npy").read_bytes())
    assert (done.returncode, done.stderr) == (0, "")
    equal(tmp_path / "shipped", data, np.arange(30))


def test_other_columns_and_another_order_do_no_harm(tmp_path: Path) -> None:
    shipped(imported(tmp_path, {"x.csv": TABLE.encode()}).data, tmp_path / "shipped")
    run(tmp_path / "shipped", "new.csv", b"note,weight,city,size\nx,3,Ulm,2.5\nx,,,\n")
    arrays = seen(tmp_path / "shipped")
    np.testing.assert_array_equal(arrays["numbers"], [[2.5, 3], [np.nan, np.nan]])
    np.testing.assert_array_equal(arrays["categories"], [[2], [-1]])


def test_a_value_that_is_not_understood_is_told(tmp_path: Path) -> None:
    shipped(imported(tmp_path, {"x.csv": TABLE.encode()}).data, tmp_path / "shipped")
    done = run(tmp_path / "shipped", "new.csv", b"city,size,weight\nRom,hello,1\nBonn,,2\n")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    assert "Column “city”: 1 values are not understood and count as missing, first “Rom” in line 2." in done.stderr
    assert "first “hello” in line 2." in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "new.csv",
            b"size,town,weight\n1,Bonn,3\n",
            "it has no column “city”; it has “size”, “town”, “weight”.",
        ),
        ("new.csv", b"size,city,weight\n1,Bonn,3\n2\n", "line 3 has 1 values where there are 3 columns."),
        ("new.csv", b"size,city,weight\n", "it holds no rows."),
        ("new.jsonl", b"1\n", "line 1 is no JSON object."),
        ("new.jsonl", b"\n[\n1, 2]\n", "number 1 of its list, in line 3, is no JSON object."),
        ("new.json", b'[{"city": "Ulm"},\n{"city": }]', "its list is damaged at object 2, in line 2."),
        ("new.jsonl", b"{", "line 1 is no JSON at its character 2: Expecting property name"),
        ("new.npy", b"\x93NUMPY", "pictures alone do not hold the columns"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(name: str, content: bytes, sentence: str, tmp_path: Path) -> None:
    shipped(imported(tmp_path, {"x.csv": TABLE.encode()}).data, tmp_path / "shipped")
    done = run(tmp_path / "shipped", name, content)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name} cannot be read: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "wrong", [np.zeros((2, 8, 8, 1), np.uint8), np.zeros((2, 1, 8, 8), np.float32), np.full((2, 1, 8, 8), 256)]
)
def test_what_is_no_picture_for_this_model_is_refused_with_what_it_takes(wrong: Array, tmp_path: Path) -> None:
    shipped(Prepared.open(write_images(tmp_path / "images", rows=30)), tmp_path / "shipped")
    np.save(tmp_path / "rows.npy", wrong)
    done = run(tmp_path / "shipped", "rows.npy", (tmp_path / "rows.npy").read_bytes())
    assert done.returncode == 1
    assert "a picture is whole numbers from 0 to 255 in the shape [1, 8, 8] (channels, height, width)" in done.stderr


# Of each kind that goes into a model: values as somebody outside may write them, with a description of the block.
OUTSIDE: dict[str, tuple[list[Any], dict[str, Any], list[Any]]] = {
    "number": (
        [1, "2.5", " 3 ", None, "", "x", True, 1e40],
        {"columns": ["a"]},
        [1, 2.5, 3, np.nan, np.nan, np.nan, 1, np.nan],
    ),
    "category": (
        ["a", " b ", None, "", "c", 1],
        {"columns": ["a"], "levels": {"a": ["1", "a", "b"]}},
        [1, 2, -1, -1, -1, 0],
    ),
    "boolean": (
        ["yes", "No", True, 0, None, "perhaps"],
        {"columns": ["a"], "levels": {"a": ["no", "yes"]}},
        [1, 0, 1, 0, -1, -1],
    ),
    "date": (
        ["1970-01-02", " 2.1.1970 00:00:01 ", 7, None, "", "x", "1970-01-01T00:00-01:00"],
        {"columns": ["a"], "order": {"a": "day first"}, "compact": []},
        [86400, 86401, 7, date.GAP, date.GAP, date.GAP, 3600],
    ),
    "text": (
        ["ab", " ", None, "", "n/a", 7, "abcdef", "☃"],
        {
            "columns": ["a"],
            "spelling": {"missing": ["n/a"]},
            "cleaning": [],
            "tokenizer": {"characters": "abcd7", "library": "", "shift": 0, "longest": 4, "keep": "beginning"},
        },
        [[2, 3], [1], [1], [1], [1], [6], [2, 3, 4, 5], [1]],
    ),
    "image": (
        [[[[1, 2]]], np.array([[[3, 4]]], np.uint8)],
        {"columns": ["a"], "shape": ["batch", 1, 1, 2]},
        [[[[1, 2]]], [[[3, 4]]]],
    ),
}


@pytest.mark.parametrize("kind", [name for name, module in kinds().items() if hasattr(module, "Block")])
def test_a_kind_reads_what_people_write(kind: str, tmp_path: Path) -> None:
    values, block, expected = OUTSIDE[kind]
    module = __import__(f"{columns.__name__}.{kind}.read", fromlist=["read"])
    array, _strange = module.read([values], block, tmp_path)
    if isinstance(array, list):  # rows that differ in length
        assert [row.tolist() for row in array] == expected
        return
    np.testing.assert_array_equal(np.squeeze(array, 1) if kind != "image" else array, np.array(expected, array.dtype))


def stdin(folder: Path, content: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-I", "predict.py", "run_echo.py", "-", *words]
    return subprocess.run(command, cwd=folder, input=content, capture_output=True, check=False)


@pytest.fixture(scope="module")
def european(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is shipped with a model of a table with decimal commas and another encoding."""
    folder = tmp_path_factory.mktemp("european")
    lines = ["größe;stadt;y", *(f"{at % 10},5;{'Köln' if at % 3 else 'Ulm'};{'ab'[at % 2]}" for at in range(30))]
    shipped(imported(folder, {"x.csv": "\r\n".join(lines).encode("cp1252")}).data, folder / "shipped")
    return folder / "shipped"


def test_a_table_of_standard_input_is_read_as_the_training_rows_were(european: Path) -> None:
    done = stdin(european, "stadt;größe\r\nKöln;2,5\r\n".encode("cp1252"), "--table")
    assert (done.returncode, done.stderr) == (0, b"")
    np.testing.assert_array_equal(seen(european)["numbers"], [[2.5]])
    np.testing.assert_array_equal(seen(european)["categories"], [[0]])


def test_the_mark_of_utf_8_and_a_named_encoding_overrule_that_of_the_training_rows(european: Path) -> None:
    text = "stadt;größe\nKöln;2,5\n"
    for content, words in ((text.encode("utf-8-sig"), ()), (text.encode("utf-16"), ("--encoding", "utf-16"))):
        assert stdin(european, content, "--table", *words).returncode == 0
        np.testing.assert_array_equal(seen(european)["categories"], [[0]])


def test_another_encoding_is_a_sentence(tmp_path: Path) -> None:
    shipped(imported(tmp_path, {"x.csv": TABLE.encode()}).data, tmp_path / "shipped")
    done = run(tmp_path / "shipped", "x.csv", TABLE.replace("Ulm", "Köln").encode("cp1252"))
    assert done.returncode == 1
    assert "it is not in utf-8; save it as UTF-8, or name its --encoding." in done.stderr
    assert done.stderr.count("\n") == 1


def test_json_numbers_nothing_and_other_keys(european: Path) -> None:
    rows = [{"größe": 2.5, "stadt": "Ulm", "id": 1}, {"stadt": None}, {"größe": "3,5", "id": 2}, {}]
    done = stdin(european, "\n".join(map(json.dumps, rows)).encode())
    assert done.returncode == 0
    np.testing.assert_array_equal(seen(european)["numbers"], [[2.5], [np.nan], [3.5], [np.nan]])
    np.testing.assert_array_equal(seen(european)["categories"], [[1], [-1], [-1], [-1]])
    assert sorted(done.stderr.decode().splitlines()) == [
        "Column “größe”: 2 rows have no such value, which counts as missing, first in line 2.",
        "Column “stadt”: 2 rows have no such value, which counts as missing, first in line 3.",
        "Not used by the model: “id”.",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("indent", [None, 1], ids=["one line", "many lines"])
def test_a_list_of_objects_is_read_as_lines_are(european: Path, encoding: str, indent: int | None) -> None:
    rows = [{"größe": at / 2, "stadt": "Köln" if at % 3 else "Ulm"} for at in range(50_000)]
    done = run(european, "rows.json", json.dumps(rows, ensure_ascii=False, indent=indent).encode(encoding))
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == len(rows)
    np.testing.assert_array_equal(seen(european)["numbers"][:, 0], [row["größe"] for row in rows[-1000:]])


def test_lines_in_utf_16_are_read_and_values_of_a_list_named_with_their_object(european: Path) -> None:
    lines = '\n{"stadt": "Ulm", "größe": 1}\r\n{"stadt": "Köln", "größe": 2}\n'
    assert stdin(european, lines.encode("utf-16")).returncode == 0
    np.testing.assert_array_equal(seen(european)["numbers"], [[1], [2]])
    done = stdin(european, '[{"stadt": "Ulm", "größe": 1}, {"stadt": "Ulm", "größe": [1]}]'.encode())
    assert "object 2, column “größe”: a list or an object is no number." in done.stderr.decode()


def test_a_list_where_a_value_is_expected_is_named_with_its_line(european: Path) -> None:
    done = stdin(european, b'{"stadt": "Ulm"}\n\n{"stadt": "Ulm", "gr\xc3\xb6\xc3\x9fe": [1]}\n')
    assert done.returncode == 1
    assert "line 3, column “größe”: a list or an object is no number." in done.stderr.decode()


def test_answers_become_a_table(european: Path, tmp_path: Path) -> None:
    (european / "rows.jsonl").write_text('{"stadt": "Ulm"}\n{"stadt": "Ulm"}\n')
    command = [sys.executable, "-I", "predict.py", "run_echo.py", "rows.jsonl", "--output", str(tmp_path / "a.csv")]
    done = subprocess.run(command, cwd=european, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    assert (tmp_path / "a.csv").read_text().splitlines() == ["value", "0.0", "0.0"]
    assert flat({"class": "a", "labels": ["b", "c"], "probabilities": {"a": 0.5}}) == {
        "class": "a",
        "labels": "b; c",
        "probabilities a": 0.5,
    }


def test_pictures_in_two_columns_are_read_beside_their_table(tmp_path: Path) -> None:
    shape = (30, 1, 8, 8)
    pixels = {name: np.random.default_rng(at).integers(0, 256, shape, np.uint8) for at, name in enumerate("lr")}
    columns = (
        *(image.Column(name=name, shape=shape[1:]) for name in pixels),
        category.Column(name="y", distinct=2, levels=("a", "b")),
    )
    arrays = {own_name(name): own for name, own in pixels.items()}
    codes = np.arange(30, dtype=np.int32)[:, None] % 2
    write_prepared(tmp_path / "p", DataSummary(rows=30, columns=columns), {**arrays, "categories": codes})
    data = shipped(Prepared.open(tmp_path / "p"), tmp_path / "shipped", {"name": "fusion"})
    (tmp_path / "shipped" / "pictures").mkdir()
    for name, own in pixels.items():
        for at, values in enumerate(own):
            np.save(tmp_path / "shipped" / "pictures" / f"{name}{at}.npy", values)
    lines = ["r,l", *(f"pictures/r{at}.npy,pictures/l{at}.npy" for at in range(30))]
    done = run(tmp_path / "shipped", "rows.csv", "\n".join(lines).encode())
    assert (done.returncode, done.stderr) == (0, "")
    equal(tmp_path / "shipped", data, np.arange(30))
    (tmp_path / "shipped" / "pictures" / "l7.npy").unlink()
    done = run(tmp_path / "shipped", "rows.csv", "\n".join(lines).encode())
    assert done.returncode == 1
    assert "line 9, column “l”: [Errno 2] No such file" in done.stderr


def test_what_is_shipped_needs_numpy_alone(tmp_path: Path) -> None:
    """But for files that none of the others imports at its top."""
    for kind in (name for name, module in kinds().items() if hasattr(module, "Block")):
        source = columns.__path__[0] + f"/{kind}/read.py"
        shipping.ship_source(Path(source), f"read_{kind}.py", tmp_path)
    shipping.ship_source(shipping.PREDICT, "predict.py", tmp_path)
    own = {path.stem for path in tmp_path.iterdir()}
    roots = {path.stem for path in tmp_path.iterdir() if path.stem == "predict" or path.stem.startswith("read_")}
    needs = {
        name: {one.partition(".")[0] for one in imported_at_the_top(tmp_path / f"{name}.py")} for name in sorted(own)
    }
    while further := {one for name in roots for one in needs[name] & own} - roots:
        roots |= further
    for name in sorted(roots):
        assert needs[name] <= own | sys.stdlib_module_names | {"numpy"}, name
    for name in sorted(own - roots):
        assert needs[name] <= own | sys.stdlib_module_names | {"numpy", "PIL"}, name


def turned(seed: int) -> bytes:
    """As a camera that was held upright writes it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture(30, 18, "JPEG", seed=seed, exif=exif.tobytes())


def deep(seed: int) -> bytes:
    """Of 12 bits in 16."""
    file = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 4096, (18, 24)).astype(np.uint16)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def animated(seed: int) -> bytes:
    frames = [Image.open(io.BytesIO(picture(24, 18, seed=seed + at))) for at in range(2)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


COLOURED = {
    "plain.png": picture(24, 18),
    "wide.jpg": picture(90, 18, "JPEG", seed=1),
    "tall.PNG": picture(12, 40, seed=2),
    "clear.png": picture(24, 18, mode="RGBA", seed=3),
    "turned.jpeg": turned(4),
    "grey.png": picture(24, 18, mode="L", seed=5),
    "first.gif": animated(6),
    "large.webp": picture(240, 180, "WEBP", seed=7),
}
GREY = {"deep.png": deep(1), "other.png": deep(2), "plain.png": picture(24, 18, mode="L", seed=3)}


@pytest.mark.parametrize("fit", ["squeeze", "crop", "pad"])
@pytest.mark.parametrize("files", [COLOURED, GREY], ids=["coloured", "deep"])
def test_a_folder_of_pictures_becomes_the_pixels_of_the_import(
    files: dict[str, bytes], fit: str, tmp_path: Path
) -> None:
    members = {f"{name}/{file}": content for name in ("fox", "owl") for file, content in files.items()}
    spec = listing("formats")["image_folder_zip"].spec.model_validate({"fit": fit, "largest_side": 40})
    prepared = imported(tmp_path, {"x.zip": zipped(members)}, spec).data
    data = shipped(prepared, tmp_path / "shipped")
    for name, content in members.items():
        (file := tmp_path / "shipped" / "new" / name).parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (tmp_path / "shipped" / "new" / ".DS_Store").write_bytes(b"x")
    done = started(tmp_path / "shipped", "new")
    assert (done.returncode, done.stderr) == (0, "")
    equal(tmp_path / "shipped", data, np.arange(len(prepared)))
    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == sorted(members)


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_two_columns_of_pictures_beside_a_table_become_the_pixels_of_the_import(name: str, tmp_path: Path) -> None:
    fronts, backs = (
        {f"front/{at}.jpg": turned(at) for at in range(12)},
        {f"back/{at}.png": deep(at) for at in range(12)},
    )
    rows = [
        {"front": front, "back": back, "size": at / 4, "label": "ab"[at % 2]}
        for at, (front, back) in enumerate(zip(fronts, backs, strict=True))
    ]
    table = "\n".join(["front,back,size,label", *(",".join(map(str, row.values())) for row in rows)])
    content = {
        "rows.csv": table.replace("/", "\\"),
        "rows.jsonl": "".join(json.dumps(row) + "\n" for row in rows),
    }
    members = {**fronts, **backs, name: content[name].encode()}
    data = shipped(imported(tmp_path, {"x.zip": zipped(members)}).data, tmp_path / "shipped", {"name": "fusion"})
    for folder in ("front", "back"):
        (tmp_path / "shipped" / folder).mkdir()
    for file, picture_content in {**fronts, **backs}.items():
        (tmp_path / "shipped" / file).write_bytes(picture_content)
    done = run(tmp_path / "shipped", name, content[name].encode())
    assert (done.returncode, done.stderr) == (0, "Not used by the model: “label”.\n")
    equal(tmp_path / "shipped", data, np.arange(12))
    (tmp_path / "shipped" / "back" / "7.png").write_bytes(b"no picture")
    done = run(tmp_path / "shipped", name, content[name].encode())
    assert done.returncode == 1
    line = 9 if name == "rows.csv" else 8
    assert f"line {line}, column “back”: “7.png” is no picture that can be read" in done.stderr


def test_without_pillow_files_of_pictures_are_a_sentence_and_arrays_are_read(tmp_path: Path) -> None:
    prepared = Prepared.open(write_images(tmp_path / "images", rows=30))
    data = shipped(prepared, tmp_path / "shipped")
    (tmp_path / "shipped" / "PIL.py").write_text("raise ImportError('not here')")
    done = run(tmp_path / "shipped", "new.png", picture(8, 8))
    assert done.returncode == 1
    assert "“new.png” is read by Pillow 11.3 or newer, which is not installed: pip install" in done.stderr
    assert done.stderr.count("\n") == 1
    np.save(tmp_path / "all.npy", np.asarray(pictures.pixels(prepared)))
    assert run(tmp_path / "shipped", "all.npy", (tmp_path / "all.npy").read_bytes()).returncode == 0
    equal(tmp_path / "shipped", data, np.arange(30))


def test_a_picture_that_is_broken_or_too_large_is_named(tmp_path: Path) -> None:
    shipped(Prepared.open(write_images(tmp_path / "images", rows=30)), tmp_path / "shipped")
    (tmp_path / "shipped" / "new").mkdir()
    (tmp_path / "shipped" / "new" / "a.png").write_bytes(picture(8, 8))
    (tmp_path / "shipped" / "new" / "b.png").write_bytes(picture(30, 30)[:90])
    done = started(tmp_path / "shipped", "new")
    assert done.returncode == 1 and "“b.png”, column “image”: “b.png” is no picture that can be read" in done.stderr
    huge = io.BytesIO()
    Image.new("1", (9000, 9000)).save(huge, "PNG")
    done = run(tmp_path / "shipped", "huge.png", huge.getvalue())
    assert done.returncode == 1 and "9000 x 9000" in done.stderr
