"""Mixed columns, several pictures among them, from the prepared file to proved exports and answers in words."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.trainer import samples
from trainer import data, events, report
from trainer.columns import category, image, number
from trainer.data import Array
from trainer.summary import DataSummary

ROWS, SIDE = 400, 8
COMBINERS = ("concatenation", "gated sum", "attention")


def write_mixed(path: Path) -> Path:
    """Rows whose class is told by all columns together: a number, a category, and which halves of two pictures are bright."""
    random = np.random.default_rng(0)
    bits = random.integers(0, 2, (ROWS, 4))
    labels = (bits.sum(axis=1) >= 2).astype(np.int32)
    pictures = {name: random.integers(0, 60, (ROWS, 1, SIDE, SIDE)).astype(np.uint8) for name in ("front", "back")}
    for place, pixels in enumerate(pictures.values()):
        pixels[bits[:, place] == 1, :, : SIDE // 2] += 150
    numbers = bits[:, 2:3] * 3.0 + random.normal(size=(ROWS, 1)) / 5
    numbers[::17] = np.nan
    columns = (number.Column(name="size", distinct=ROWS), category.Column(name="colour", distinct=2, levels=("blue", "red")),
               image.Column(name="front", shape=(1, SIDE, SIDE)), image.Column(name="back", shape=(1, SIDE, SIDE)),
               category.Column(name="class", distinct=2, levels=("few", "many")))
    arrays: dict[str, Array] = {"numbers": numbers, "categories": np.stack([bits[:, 3], labels], 1).astype(np.int32)}
    arrays |= {data.own_name(name): pixels for name, pixels in pictures.items()}
    data.write(path, DataSummary(rows=ROWS, columns=columns), arrays)
    return path


@pytest.mark.parametrize("combiner", COMBINERS)
def test_mixed_columns_are_learned_exported_proved_and_answered(combiner: str, tmp_path: Path) -> None:
    prepared = write_mixed(tmp_path / "mixed.safetensors")
    model = {"name": "fusion", "combiner": combiner, "width": 16, "hidden": [16], "channels": [4]}
    spec = {"task": {"name": "classification", "target": "class"}, "model": model, "epochs": 25,
            "optimizer": {"name": "adamw", "learning_rate": 3e-3}}
    done = samples.attempt(tmp_path / "train", "train", spec, {"prepared": prepared})
    assert done.ended.outcome == "succeeded", done.ended
    assert report.parse(done.report).value("test/accuracy") > 0.85
    inputs = {"prepared": prepared, "model": done.output("model.safetensors")}
    exporters = {"exporters": [{"name": name} for name in ("onnx", "safetensors", "torchscript")]}
    exported = samples.attempt(tmp_path / "export", "export", exporters, inputs)
    assert [item["status"] for item in exported.report["exports"]] == ["proved"] * 3, exported.report
    out = exported.folder / "out"
    assert [block["name"] for block in json.loads((out / "preprocess.json").read_text())["inputs"]] == [
        "numbers", "categories", "image_1", "image_2"]
    np.save(tmp_path / "picture.npy", np.full((1, SIDE, SIDE), 200, np.uint8))
    row = {"size": 3.0, "colour": "red", "front": "picture.npy", "back": "picture.npy"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    answer = subprocess.run([sys.executable, "-I", "predict.py", "run_onnx.py", str(tmp_path / "rows.jsonl")], cwd=out,
                            capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["class"] == "many"


def test_mixed_columns_take_the_model_that_fits_them_unasked(tmp_path: Path) -> None:
    spec = {"task": {"name": "classification", "target": "class"}, "epochs": 1, "exporters": []}
    done = samples.attempt(tmp_path / "train", "train", spec, {"prepared": write_mixed(tmp_path / "mixed.safetensors")})
    assert [event.outcome for event in done[events.Ended]] == ["succeeded"]
