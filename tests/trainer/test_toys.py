"""Kinds of columns, a task and an encoder are folders: some that Trainyard does not have go the whole way, from a
file to proved exports, and nothing else was edited for them.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.yard import ROOT


def test_a_kind_and_a_task_of_somebody_elses_go_the_whole_way(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.trainer.toys.walk", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    printed = json.loads(done.stdout.splitlines()[-1])
    assert printed["kinds"] == {"wind": "angle", "height": "number"}
    assert "turns" in printed["problems"] and "turns" in printed["checks"]
    assert printed["hits"] > 0.9
    assert printed["stages"] == ["done", "done"]
    assert printed["exports"] == ["proved"] * 2
    assert printed["answers"] == [{"above": True}, {"above": False}]
    assert printed["tried"] == ["above", ["wind", True]]


def test_rows_of_different_lengths_go_the_whole_way(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.trainer.toys.ragged", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    results = json.loads(done.stdout.splitlines()[-1])
    assert results["ranks"] < 1e-9, "padding teaches nothing: two ranks, whose batches are padded less, learn the same"
    assert results["resume"] is True
    assert results["accuracy"] > 0.9
    assert results["useful"] > 0.85, "without buckets it would be about a half"
    assert results["exports"] == {"onnx": "proved", "safetensors": "proved", "torchscript": "proved"}
    headings, *lengths = results["lengths"]
    assert headings == ["Length", "Test accuracy", "Test loss", "Rows"]
    assert len(lengths) == 4 and lengths[0][0].startswith("2–") and lengths[-1][0].endswith(("–40", "–39"))
    assert sum(row[3] for row in lengths) == 60 and all(10 <= row[3] <= 20 for row in lengths)
    right = sum(row[1] * row[3] for row in lengths)
    assert right == pytest.approx(results["accuracy"] * 60), "together the parts are the whole"
    assert results["answers"] == ["up", "down"]
    assert results["first"] == [True, True, False, True], "a row repeats another whatever both are padded to"
    assert results["frozen"] == {"onnx": "refused", "safetensors": "proved", "torchscript": "proved"}
    assert results["unrolled"] == {"onnx": "refused", "safetensors": "proved", "torchscript": "proved"}, (
        "scripts keep the loop"
    )
