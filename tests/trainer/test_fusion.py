"""Mixed columns, several pictures among them, from the prepared file to proved exports and answers in words."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.trainer import mixed, samples
from trainer import report
from trainer.attempt import events

TASK = {"name": "classification", "target": "class", "features": [column.name for column in mixed.FEATURES]}
COMBINERS = ("concatenation", "gated sum", "attention")


@pytest.mark.parametrize("combiner", COMBINERS)
def test_mixed_columns_are_learned_exported_proved_and_answered(combiner: str, tmp_path: Path) -> None:
    prepared = mixed.write(tmp_path / "mixed.safetensors")
    model = {"name": "fusion", "combiner": combiner, "width": 16, "hidden": [16], "channels": [4]}
    spec = {"task": TASK, "model": model, "epochs": 25, "optimizer": {"name": "adamw", "learning_rate": 3e-3}}
    done = samples.attempt(tmp_path / "train", "train", spec, {"prepared": prepared})
    assert done.ended.outcome == "succeeded", done.ended
    assert report.parse(done.report).value("test/accuracy") > 0.85
    inputs = {"prepared": prepared, "model": done.output("model.safetensors")}
    exporters = {"exporters": [{"name": name} for name in ("onnx", "safetensors", "torchscript")]}
    exported = samples.attempt(tmp_path / "export", "export", exporters, inputs)
    assert [item["status"] for item in exported.report["exports"]] == ["proved"] * 3, exported.report
    out = exported.folder / "out"
    assert [block["name"] for block in json.loads((out / "preprocess.json").read_text())["inputs"]] == [
        "numbers",
        "categories",
        "booleans",
        "image_1",
        "image_2",
    ]
    np.save(tmp_path / "picture.npy", np.full((1, mixed.SIDE, mixed.SIDE), 200, np.uint8))
    row = {"size": 3.0, "colour": "red", "is_sold": True, "front": "picture.npy", "back": "picture.npy"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    answer = subprocess.run(
        [sys.executable, "-I", "predict.py", "run_onnx.py", str(tmp_path / "rows.jsonl")],
        cwd=out,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answer.stdout)["class"] == "many"


def test_mixed_columns_take_the_model_that_fits_them_unasked(tmp_path: Path) -> None:
    spec = {"task": TASK, "epochs": 1, "exporters": []}
    done = samples.attempt(tmp_path / "train", "train", spec, {"prepared": mixed.write(tmp_path / "mixed.safetensors")})
    assert [event.outcome for event in done[events.Ended]] == ["succeeded"]
