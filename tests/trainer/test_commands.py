"""Compressing and exporting from the command line: a person reads our lines, and no library's."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.yard import ROOT
from trainer.console import checked, write_job
from trainer.errors import TrainerError
from trainer.job import Job

FOREIGN = ("torchvision", "FutureWarning", "WARNING:", "site-packages")
SPEC = {"model": {"name": "cnn", "channels": [4, 8], "hidden": [16]}, "epochs": 2, "exporters": []}
STAGES = {"stages": [{"name": "prune_channels", "epochs": 1, "least_steps": 1}, {"name": "quantize_int8", "accuracy_loss": 1.0}]}


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trainer", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=200, check=False)


def test_a_model_is_trained_compressed_and_exported_and_only_we_speak(images: Path, tmp_path: Path) -> None:
    for name, spec in {"train": SPEC, "stages": STAGES}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(spec))
    fitted = run("fit", tmp_path / "train.json", "--data", images, "--out", tmp_path / "fit")
    model = tmp_path / "fit" / "model.safetensors"
    smaller = run("compress", model, "--data", images, "--spec", tmp_path / "stages.json", "--out", tmp_path / "small")
    exported = run("export", model, "--data", images, "--out", tmp_path / "exports")
    for done in (fitted, smaller, exported):
        assert done.returncode == 0, done.stdout
        assert not [word for word in FOREIGN if word in done.stdout], done.stdout
    assert [line.split(":")[0] for line in smaller.stdout.splitlines()[-3:]] == ["0 original", "1 prune_channels", "2 quantize_int8"]
    assert f"{tmp_path / 'exports' / 'model.onnx'}" in exported.stdout.splitlines()
    assert "pre-processing" in (tmp_path / "small" / "run" / "rank-0.log").read_text()


def test_a_format_that_is_not_known_is_named_with_those_that_are() -> None:
    with pytest.raises(TrainerError) as caught:
        checked({"exporters": [{"name": "nope"}]}, "export")
    assert str(caught.value) == "exporters.0: “nope” is not known here. Choose one of 'onnx', 'safetensors', 'torchscript'."


def test_a_job_that_another_release_began_is_begun_anew(images: Path, tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text('{"colour": "red"}')
    write_job(tmp_path, checked({}, "train"), {"prepared": images}, "*")
    assert Job.read(tmp_path).attempt == 1


def test_what_cannot_be_exported_is_one_sentence(images: Path, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"no model")
    done = run("export", tmp_path / "model.safetensors", "--data", images, "--out", tmp_path / "exports")
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    assert done.stdout.count("\n") == 1, done.stdout
