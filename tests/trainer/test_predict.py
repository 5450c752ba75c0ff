"""The shipped predict.py, run as a stranger runs it, on the very files that were imported."""

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.files import imported
from tests.trainer import samples
from trainer import rows
from trainer.data import Array, Prepared
from trainer.proving import parity, predict
from trainer.proving.description import preprocess
from trainer.spec import TrainSpec, parse
from trainer.tasks import regression

ECHO = """
import numpy as np

def load(folder):
    def model(rows):
        np.save(folder + "/seen.npy", rows)
        return rows[:, 0]
    return model
"""
PLAIN = "size,city,y\n" + "1.5,Bonn,a\n2,Köln,b\n1250,Bonn,a\n-3e2,Ulm,b\n,Köln,a\n" * 6
GERMAN = "size;city;y\n" + "1,5;Bonn;a\n2;Köln;b\n1.250,25;Bonn;a\n-3;Ulm;b\n;Köln;a\n" * 6
POINTED = "size;city;y\n" + "850;Bonn;a\n1.500;Köln;b\n12.000;Bonn;a\n-2,5;Ulm;b\n1.234.567;Köln;a\n" * 6
CHINESE = "温度,城市,y\n" + "1.5,北京,a\n2,上海,b\n,北京,a\n7,广州,b\n" * 6
TABLES = {
    "plain": PLAIN.encode(),
    "spaces": PLAIN.replace(",", " , ").encode(),
    "byte order mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "windows": GERMAN.replace("\n", "\r\n").encode("cp1252"),
    "decimal comma": GERMAN.encode(),
    "points between thousands": POINTED.encode(),
    "digits of full width": PLAIN.replace("\n2,", "\n２,").encode(),
    "tabs": PLAIN.replace(",", "\t").encode(),
    "bars": PLAIN.replace(",", "|").encode(),
    "quoted": PLAIN.replace("Bonn", '"Bonn, on\nthe ""Rhine"""').encode(),
    "thousands": PLAIN.replace("1250", '"1,250.5"').encode(),
    "missing words": PLAIN.replace("\n,", "\nNA,").replace("Ulm", "?").encode(),
    "text among numbers": PLAIN.replace("1.5,", "hello,", 1).replace("\n2,", "\n1e300,", 1).encode(),
    "blank lines": PLAIN.replace("b\n", "b\n\n   \n", 3).encode(),
    "delimiters at the end": PLAIN.replace("b\n", "b,\n", 3).encode(),
    "no names": PLAIN.partition("\n")[2].encode(),
    "no names and a decimal comma": GERMAN.partition("\n")[2].encode(),
    "names alike": PLAIN.replace("size,city,y", "city,city,y").encode(),
    "a name is missing": PLAIN.replace("size,city,y", ",city,y").encode(),
    **{encoding: CHINESE.encode(encoding) for encoding in ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030")},
}


def spec_for(prepared: Prepared) -> TrainSpec:
    task = {"name": "classification", "target": prepared.summary.columns[-1].name}
    spec = parse({"kind": "train", "task": task}).resolved(prepared.summary)  # type: ignore[union-attr]
    assert isinstance(spec, TrainSpec)
    return spec


def shipped(prepared: Prepared, folder: Path) -> Array:
    """What a stranger's folder holds, with a model that notes what it is asked; the raw rows as training takes them."""
    spec = spec_for(prepared)
    data = rows.read(spec, prepared)
    folder.mkdir()
    shutil.copy(parity.SHIPPED, folder)
    shutil.copy(Path(regression.__file__).with_name("answer.py"), folder)
    described = preprocess(rows.configure(spec, data)) | {"output": {"name": "value"}}
    (folder / "preprocess.json").write_text(json.dumps(described), encoding="utf-8")
    (folder / "run_echo.py").write_text(ECHO)
    return data.inputs(np.arange(len(prepared))).numpy()


def run(folder: Path, name: str, content: bytes, program: str = "run_echo.py") -> subprocess.CompletedProcess[str]:
    (folder / name).write_bytes(content)
    return subprocess.run([sys.executable, "-I", "predict.py", program, name, "--batch", "1000"], cwd=folder, capture_output=True,
                          text=True, check=False)


@pytest.mark.parametrize("form", TABLES)
def test_the_file_that_was_imported_is_read_as_the_import_read_it(form: str, tmp_path: Path) -> None:
    expected = shipped(imported(tmp_path, {"x.csv": TABLES[form]}).data, tmp_path / "shipped")
    done = run(tmp_path / "shipped", "x.csv", TABLES[form])
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "shipped" / "seen.npy"), expected)


def test_the_real_sample_is_answered_row_by_row(tmp_path: Path) -> None:
    sample = samples.SAMPLES / "penguins" / "penguins.csv"
    expected = shipped(Prepared.open(samples.penguins(tmp_path / "data")), tmp_path / "shipped")
    done = run(tmp_path / "shipped", "penguins.csv", sample.read_bytes())
    assert len(done.stdout.splitlines()) == len(expected), done.stderr
    assert done.stderr == ""
    np.testing.assert_array_equal(np.load(tmp_path / "shipped" / "seen.npy"), expected)


def test_other_columns_and_another_order_do_no_harm(tmp_path: Path) -> None:
    shipped(imported(tmp_path, {"x.csv": PLAIN.encode()}).data, tmp_path / "shipped")
    run(tmp_path / "shipped", "new.csv", b"note;city;size\nx;Ulm;2,5\n;;\n")
    np.testing.assert_array_equal(np.load(tmp_path / "shipped" / "seen.npy"), [[2.5, 2], [np.nan, -1]])


@pytest.mark.parametrize(("imported_rows", "number"), [(PLAIN, 1200.0), (GERMAN, 1.2)])
def test_what_may_be_thousands_or_a_decimal_number_is_read_as_the_import_decided(imported_rows: str, number: float, tmp_path: Path) -> None:
    shipped(imported(tmp_path, {"x.csv": imported_rows.encode()}).data, tmp_path / "shipped")
    run(tmp_path / "shipped", "new.csv", b"city;size\nUlm;1,200\nUlm;12\n")
    np.testing.assert_array_equal(np.load(tmp_path / "shipped" / "seen.npy")[:, 0], np.array([number, 12], np.float32))


def test_a_cell_that_is_not_understood_is_told(tmp_path: Path) -> None:
    shipped(imported(tmp_path, {"x.csv": PLAIN.encode()}).data, tmp_path / "shipped")
    done = run(tmp_path / "shipped", "new.csv", b"city,size\nRom,hello\nBonn,NA\n")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    assert "Column “city”: 1 times the cell is not one of the values that the model knows" in done.stderr
    assert "first “hello”" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize(("content", "said"), [
    (b"size,town\n1,Bonn\n", "new.csv cannot be read: it has no column “city”. Its first line names “size”, “town”.\n"),
    (b"size;town\n1;Bonn\n", "new.csv cannot be read: it has no column “city”. Its first line names “size”, “town”.\n"),
    (b"size,city\n1,Bonn\n2\n", "new.csv cannot be read: line 3 has 1 values where the first line has 2.\n"),
    (b"size,city\n", "new.csv cannot be read: it holds no rows.\n"),
    (gzip.compress(PLAIN.encode(), mtime=0), "new.csv cannot be read: it is compressed. Unpack it first.\n"),
])
def test_what_cannot_be_read_is_a_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    shipped(imported(tmp_path, {"x.csv": PLAIN.encode()}).data, tmp_path / "shipped")
    done = run(tmp_path / "shipped", "new.csv", content)
    assert done.returncode == 1
    assert done.stderr == said


@pytest.mark.parametrize("wrong", ["a CSV", np.zeros((2, 4, 4, 1), np.uint8), np.zeros((2, 1, 4, 4), np.float32)])
def test_what_is_no_picture_for_this_model_is_refused_with_what_to_save(wrong: str | Array, tmp_path: Path) -> None:
    path = tmp_path / "rows.npy"
    if isinstance(wrong, str):
        path.write_text("1,2,3\n4,5,6\n")
    else:
        np.save(path, wrong)
    with pytest.raises(predict.RowsError, match=r"Save pictures with numpy\.save: uint8, 0 to 255, \[rows, 1, 4, 4\]"):
        predict.pictures(path, (1, 4, 4))
