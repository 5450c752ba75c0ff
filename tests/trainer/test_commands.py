"""Compressing and exporting from the command line: a person reads our lines, and no library's."""

import contextlib
import json
import math
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.trainer import samples
from tests.trainer.attempts import wait_until, write_images
from tests.yard import ROOT
from trainer.__main__ import main
from trainer.attempt import events, interrupts
from trainer.attempt.job import Job
from trainer.attempt.journal import Journal
from trainer.commands import fit
from trainer.data.prepared import Prepared
from trainer.errors import TrainerError
from trainer.report import Report, Scalar
from trainer.specs.parsing import parse_complete
from trainer.specs.train import TrainDraft
from trainer.terminal.console import checked
from trainer.terminal.out import Out

FOREIGN = ("torchvision", "FutureWarning", "WARNING:", "site-packages")
SPEC = {"model": {"name": "cnn", "channels": [4, 8], "hidden": [16]}, "epochs": 2, "exporters": []}
STAGES = {
    "stages": [
        {"name": "prune_channels", "epochs": 1, "least_steps": 1},
        {"name": "quantize_int8", "accuracy_loss": 1.0},
    ]
}


def run(*words: str | Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trainer", *map(str, words)]
    # What is left out was set by our own import.
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    if home is not None:
        environment["HOME"] = str(home)
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=200,
        check=False,
    )


def test_a_model_is_trained_compressed_and_exported_and_only_we_speak(images: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name, spec in {"train": SPEC, "stages": STAGES}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(spec))
    fitted = run("fit", tmp_path / "train.json", "--data", images, "--out", tmp_path / "fit")
    model = tmp_path / "fit" / "model.safetensors"
    with ThreadPoolExecutor() as both:
        compressing = both.submit(
            run,
            "compress",
            model,
            "--data",
            images,
            "--spec",
            tmp_path / "stages.json",
            "--out",
            tmp_path / "small",
            home=home,
        )
        exporting = both.submit(run, "export", model, "--data", images, "--out", tmp_path / "exports", home=home)
    smaller, exported = compressing.result(), exporting.result()
    for done in (fitted, smaller, exported):
        assert done.returncode == 0, done.stdout
        assert not [word for word in FOREIGN if word in done.stdout], done.stdout
    assert [line.split(":")[0] for line in smaller.stdout.splitlines()[-3:]] == [
        "0 original",
        "1 prune_channels",
        "2 quantize_int8",
    ]
    assert f"{tmp_path / 'exports' / 'model.onnx'}" in exported.stdout.splitlines()
    assert "pre-processing" in (tmp_path / "small" / "run" / "rank-0.log").read_text()
    assert not list(home.iterdir()), "a library keeps files outside of the folders that were named"


def test_a_format_that_is_not_known_is_named_with_those_that_are() -> None:
    with pytest.raises(TrainerError) as caught:
        checked({"exporters": [{"name": "nope"}]}, "export")
    assert (
        str(caught.value)
        == "exporters.0: “nope” is not known here. Choose one of 'safetensors', 'torchscript', 'onnx'."
    )


TINY = {**SPEC, "epochs": 1}


def begun(out: Out, images: Path, spec: dict[str, Any] = TINY) -> Job:
    """An attempt of this job that was begun in ``out`` and cut off."""
    draft = checked(spec, "train")
    assert isinstance(draft, TrainDraft)
    new = out.next_job(draft.resolved(Prepared.open(images).summary), {"prepared": images}, "step-*")
    assert new
    out.begin(new)
    return new


def test_the_same_job_goes_on_from_its_newest_checkpoint(images: Path, tmp_path: Path) -> None:
    begun(Out(tmp_path), images)
    (tmp_path / "run" / "checkpoints").mkdir()
    for step in (1, 2):
        (tmp_path / "run" / "checkpoints" / f"step-{step}").touch()
    again = begun(Out(tmp_path), images)
    assert (again.attempt, again.resume) == (2, str(tmp_path / "run" / "checkpoints" / "step-2"))


def test_after_an_unexpected_error_the_same_job_goes_on_from_its_newest_checkpoint(
    images: Path, tmp_path: Path
) -> None:
    begun(Out(tmp_path), images)
    (checkpoint := tmp_path / "run" / "checkpoints" / "step-1").parent.mkdir()
    checkpoint.touch()
    journal = Journal(tmp_path / "run" / "journal")
    journal.write(events.Ended(outcome="failed", code="unexpected"))
    journal.close()
    assert begun(Out(tmp_path), images).resume == str(checkpoint)


def test_another_job_or_the_same_on_changed_data_is_refused_and_loses_nothing(images: Path, tmp_path: Path) -> None:
    data = Path(shutil.copy(images, tmp_path / "data.safetensors"))
    begun(out := Out(tmp_path / "out"), data)
    (checkpoint := out.run / "checkpoints" / "step-1").parent.mkdir()
    checkpoint.touch()
    with pytest.raises(TrainerError, match=r"holds another run.*Choose another folder with --out, or add --overwrite"):
        begun(out, data, {**TINY, "epochs": 2})
    write_images(data, seed=1)
    with pytest.raises(TrainerError, match="is not what this run began with"):
        begun(out, data)
    assert checkpoint.exists()
    assert begun(Out(out.path, overwrite=True), data).attempt == 1
    assert not checkpoint.exists()


def test_a_job_that_another_release_began_is_refused_unless_it_may_be_replaced(images: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "job.json").write_text('{"colour": "red"}')
    with pytest.raises(TrainerError, match="holds another run"):
        begun(Out(tmp_path), images)
    assert begun(Out(tmp_path, overwrite=True), images) == Job.read(tmp_path / "run")


def test_a_run_does_not_replace_the_model_that_it_starts_from(images: Path, tmp_path: Path) -> None:
    begun(out := Out(tmp_path, overwrite=True), images)
    (model_file := out.run / "model.safetensors").write_bytes(b"a model")
    (model,) = out.place({model_file.name: model_file})
    for path in (model, model_file):
        with pytest.raises(TrainerError, match="belongs to the run that would be replaced"):
            out.next_job(parse_complete({"kind": "compress"}), {"prepared": images, "model": path}, "*")
    assert model.exists()


def test_a_folder_that_no_run_made_is_left_alone(images: Path, tmp_path: Path) -> None:
    for name in ("run", "data"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").touch()
    with pytest.raises(TrainerError, match="holds files that no run wrote there"):
        begun(Out(tmp_path, overwrite=True), images)
    with pytest.raises(TrainerError, match="holds files that no run wrote there"):
        Out(tmp_path).prepare(samples.SAMPLES / "penguins" / "penguins.csv")


def test_what_has_finished_is_told_again_and_a_file_in_the_way_stays(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "train.json").write_text(json.dumps(TINY))
    command = ["fit", str(tmp_path / "train.json"), "--data", str(images), "--out", str(tmp_path / "out")]
    (tmp_path / "out").mkdir()
    (notes := tmp_path / "out" / "report.json").write_text("mine")
    assert main(command) == 2
    assert "has a file “report.json” that no run wrote there" in capsys.readouterr().err
    assert notes.read_text() == "mine"

    notes.unlink()
    first = run(*command)
    assert first.returncode == 0, first.stdout
    notes.unlink()
    assert main(command) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading == f"This run has finished in {tmp_path / 'out'} before; add --overwrite to do it again."
    assert lines == first.stdout.splitlines()[-len(lines) :]
    assert lines[0].startswith("Test accuracy ") and "Worst mistakes: " in lines[1] + lines[2]
    assert json.loads(notes.read_text())["headline"] == "test/accuracy"
    again = Out(tmp_path / "out", overwrite=True)
    assert (
        begun(
            again, images, TrainDraft.model_validate(TINY).resolved(Prepared.open(images).summary).model_dump()
        ).attempt
        == 1
    )
    assert not notes.exists()


def test_ctrl_c_before_anything_began_is_one_sentence(images: Path, tmp_path: Path) -> None:
    (tmp_path / "train.json").write_text(json.dumps(TINY))
    words = ["fit", tmp_path / "train.json", "--data", images, "--out", tmp_path / "out"]
    with subprocess.Popen(
        [sys.executable, "-m", "trainer", *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        wait_until(lambda: "libtorch" in Path(f"/proc/{process.pid}/maps").read_text(), "torch")
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=60)[0]
    assert (process.returncode, output.strip()) == (130, "Interrupted. The same command begins again.")
    assert not (tmp_path / "out" / "run").exists()


def test_ctrl_c_that_an_import_swallowed_is_remembered() -> None:
    with interrupts.remembered():
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()
    with interrupts.remembered():
        interrupts.check()


def test_a_regression_that_came_to_no_number_is_told() -> None:
    scalars = (
        Scalar(name="test/mae", label="Mean absolute error", value=math.nan, better="lower"),
        Scalar(name="test/r2", label="R²", value=-math.inf, better="higher"),
        Scalar(name="test/rows", label="Test rows", value=3),
    )
    result = events.Result(report=Report(headline="test/mae", scalars=scalars).model_dump(mode="json"))
    copy = events.decode(events.encode(result)[events.HEADER.size :])
    assert isinstance(copy, events.Result)
    assert fit.scores(copy.report) == "Mean absolute error nan, R² -inf, Test rows 3"


def test_what_cannot_be_exported_is_one_sentence(images: Path, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"no model")
    done = run("export", tmp_path / "model.safetensors", "--data", images, "--out", tmp_path / "exports")
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    assert done.stdout.count("\n") == 1, done.stdout


def test_what_an_inspection_says_of_one_line_is_in_the_singular(tmp_path: Path) -> None:
    rows = [f"Das ist ein Satz {row} über etwas,{'ab'[row % 2]}".encode() for row in range(60)]
    rows[7] = rows[7].replace("ü".encode(), b"\xfc")
    (tmp_path / "texts.csv").write_bytes(b"\n".join([b"text,label", *rows]))
    done = run("inspect", tmp_path / "texts.csv", "--out", tmp_path / "out")
    assert done.returncode == 0
    assert "warning: Line 9 holds bytes that are not UTF-8, as all others are; each was read as \ufffd." in done.stdout


def test_an_inspection_replaces_an_earlier_one_only_when_asked(tmp_path: Path) -> None:
    data, out = tmp_path / "table.csv", tmp_path / "out"
    data.write_text("a,b\n" + "1,x\n2,y\n" * 10)
    assert run("inspect", data, "--out", out).returncode == 0
    first = (out / "profile.json").read_text()
    data.write_text("c,d\n" + "3,z\n4,w\n" * 10)
    again = run("inspect", data, "--out", out)
    assert (again.returncode, (out / "profile.json").read_text()) == (2, first)
    assert again.stdout.strip().endswith("Choose another folder with --out, or add --overwrite to replace it.")
    assert run("inspect", data, "--out", out, "--overwrite").returncode == 0
    assert '"c"' in (out / "profile.json").read_text()
    assert sorted(path.name for path in out.iterdir()) == ["prepared.safetensors", "profile.json"]
