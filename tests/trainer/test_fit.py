"""Training from the command line."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.trainer.attempts import Attempt, Warm, curve, steps_done, wait_until, write_job
from trainer.__main__ import main
from trainer.attempt import events
from trainer.training import checkpoint

SPEC: dict[str, Any] = {
    "model": {"name": "cnn", "channels": [4, 8], "hidden": [16], "dropout": 0.3},
    "batch_size": 16,
    "epochs": 60,
    "ranks": 2,
    "exporters": [],
    "checkpoint_seconds": 1000.0,
}


def start(spec: Path, images: Path, out: Path) -> "subprocess.Popen[str]":
    """In a session of its own, so that a Ctrl-C reaches what a terminal would send it to and nothing of the tests."""
    command = [sys.executable, "-m", "trainer", "fit", str(spec), "--data", str(images), "--out", str(out)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def test_after_ctrl_c_the_same_command_goes_on_and_ends_as_if_it_had_never_stopped(
    warm: Warm, images: Path, tmp_path: Path
) -> None:
    spec, out = tmp_path / "spec.json", tmp_path / "out"
    spec.write_text(json.dumps(SPEC))
    with start(spec, images, out) as first:
        wait_until(lambda: steps_done(out / "run") >= 20, "step 20")
        os.killpg(first.pid, signal.SIGINT)
        output = first.communicate(timeout=60)[0]
    assert first.returncode == 130, output
    assert "The same command goes on." in output
    assert not (out / "model.safetensors").exists()

    with start(spec, images, out) as second:
        output = second.communicate(timeout=60)[0]
    assert second.returncode == 0, output
    assert "Test accuracy" in output
    reference = warm.run(write_job(tmp_path / "reference", SPEC, images))
    assert (out / "model.safetensors").read_bytes() == (reference.folder / "out" / "model.safetensors").read_bytes()
    assert curve([Attempt.read(out / "run")]) == curve([reference])


def test_where_the_last_checkpoint_is_damaged_the_same_command_goes_on_from_the_one_before(
    images: Path, tmp_path: Path
) -> None:
    spec, out = tmp_path / "spec.json", tmp_path / "out"
    spec.write_text(json.dumps({**SPEC, "ranks": 1, "checkpoint_seconds": 0.0}))
    with start(spec, images, out) as first:
        wait_until(lambda: steps_done(out / "run") >= 20, "step 20")
        os.killpg(first.pid, signal.SIGINT)
        first.communicate(timeout=60)
    before, last = sorted((out / "run" / "checkpoints").iterdir())
    step = checkpoint.read(before).step
    last.write_bytes(last.read_bytes()[:1000])
    with start(spec, images, out) as second:
        output = second.communicate(timeout=60)[0]
    assert second.returncode == 0, output
    assert f"The checkpoint {last.name} is damaged and was removed; going on from {before.name}." in output
    steps = [event.step for event in Attempt.read(out / "run").events if isinstance(event, events.Rewind)]
    assert steps == [step]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"epochs": 0}', "epochs: This must be at least 1."),
        ('{"epocs": 3}', "epocs: There is no field of this name. Remove it, or correct its spelling."),
        (
            '{"model": {"name": "cnn", "depth": 3}}',
            "model.depth: There is no field of this name. Remove it, or correct its spelling.",
        ),
        ('{"epochs": 3', "is not JSON"),
        ("[]", "must hold one JSON object"),
        ('{"kind": "inspect", "files": ["a.csv"]}', "Only a spec of the kind “train” is taken here"),
        ('{"task": {"name": "classification", "target": "n"}}', "There is no column “n”; choose one of: image, label."),
    ],
)
def test_a_spec_that_is_wrong_is_one_sentence(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, sentence: str
) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(content)
    assert main(["fit", str(spec), "--data", str(images), "--out", str(tmp_path / "out")]) == 2
    output = capsys.readouterr().err
    assert sentence in output and not output.startswith("train")
    assert output.count("\n") == 1


def test_a_spec_that_is_not_there_is_one_sentence(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", str(tmp_path / "none.json"), "--data", str(images), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"No such file or directory: {tmp_path / 'none.json'}\n"


def test_more_ranks_than_devices_are_refused_before_the_data_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text('{"ranks": 1024}')
    assert main(["fit", str(spec), "--data", str(tmp_path / "none.csv"), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith("1024 ranks need as many devices, and this machine has ")
