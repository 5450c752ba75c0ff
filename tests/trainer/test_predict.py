"""The shipped predict.py, run as a stranger runs it: what it reads is what training read."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import pictures
from tests.files import imported
from tests.trainer import samples
from tests.trainer.attempts import write_images
from trainer import columns
from trainer.columns import kinds, module_of
from trainer.data import rows
from trainer.data.prepared import Array, Prepared
from trainer.data.rows import Rows
from trainer.proving import answering, parity
from trainer.proving.description import preprocess
from trainer.spec import TrainDraft, parse
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


def shipped(prepared: Prepared, folder: Path) -> Rows:
    """What a stranger's folder holds, with a model that notes what it is asked; the rows as training takes them."""
    task = {"name": "classification", "target": prepared.summary.columns[-1].name}
    spec = parse({"kind": "train", "task": task})
    assert isinstance(spec, TrainDraft)
    spec = spec.resolved(prepared.summary)
    data = rows.read(spec, prepared)
    folder.mkdir()
    for path in (parity.SHIPPED, Path(regression.__file__).with_name("answer.py")):
        shutil.copy(path, folder)
    for block in data.blocks:
        shutil.copy(module_of(block, "read").__file__, folder / f"read_{block.kind}.py")
    described = preprocess(rows.configure(spec, data))
    (folder / "preprocess.json").write_text(json.dumps(described), encoding="utf-8")
    (folder / "run_echo.py").write_text(ECHO)
    return data


def run(folder: Path, name: str, content: bytes) -> subprocess.CompletedProcess[str]:
    (folder / name).write_bytes(content)
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
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 40
    equal(tmp_path / "shipped", data, np.arange(40))


def test_the_real_sample_is_read_as_json_lines(tmp_path: Path) -> None:
    prepared = Prepared.open(samples.penguins(tmp_path / "data"))
    data = shipped(prepared, tmp_path / "shipped")
    path = parity.write_rows(
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
    run(tmp_path / "shipped", "new.csv", b"note,weight,city,size\nx,3,Ulm,2.5\n,,,\n")
    arrays = seen(tmp_path / "shipped")
    np.testing.assert_array_equal(arrays["numbers"], [[2.5, 3], [np.nan, np.nan]])
    np.testing.assert_array_equal(arrays["categories"], [[2], [-1]])


def test_a_value_that_is_not_understood_is_told(tmp_path: Path) -> None:
    shipped(imported(tmp_path, {"x.csv": TABLE.encode()}).data, tmp_path / "shipped")
    done = run(tmp_path / "shipped", "new.csv", b"city,size,weight\nRom,hello,1\nBonn,,2\n")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    assert "Column “city”: 1 times the value is not understood and counts as missing, first “Rom”." in done.stderr
    assert "first “hello”" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "new.csv",
            b"size,town,weight\n1,Bonn,3\n",
            "it has no column “city”. Its first row has “size”, “town”, “weight”.",
        ),
        ("new.csv", b"size,city,weight\n1,Bonn,3\n2\n", "line 3 has 1 values where the first line has 3."),
        ("new.csv", b"size,city,weight\n", "it holds no rows."),
        ("new.jsonl", b"[1, 2]\n", "line 1 is no JSON object."),
        ("new.jsonl", b"{", "Expecting property name"),
        ("new.npy", b"\x93NUMPY", "one .npy file cannot hold the columns"),
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
    np.testing.assert_array_equal(np.squeeze(array, 1) if kind != "image" else array, np.array(expected, array.dtype))
