"""Train a model by a spec.

Ctrl-C writes a checkpoint and ends; the same command then goes on from there, as it does after a crash.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trainer import data, events, job
from trainer.errors import TrainerError
from trainer.importing import preparation
from trainer.job import Job
from trainer.journal import Reader
from trainer.spec import TrainSpec, parse

POLL_SECONDS = 0.05
INTERRUPTED = 130


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", type=Path, help='a JSON file, for example {"model": {"name": "cnn"}, "epochs": 7, "ranks": 2}')
    parser.add_argument("--data", type=Path, required=True, help="a data file, a folder of them, or prepared data")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the model and its report")


def run(arguments: argparse.Namespace) -> int:
    spec = read_spec(arguments.spec)
    folder = arguments.out / "run"
    (folder / "out").mkdir(parents=True, exist_ok=True)
    prepared = prepare(arguments.data, arguments.out / "data")
    write_job(folder, spec.resolved(data.Prepared.open(prepared).summary), prepared)
    return _follow(folder, arguments.out)


def read_spec(path: Path) -> TrainSpec:
    """The spec in a file. Raises TrainerError when it is not JSON, pydantic's ValidationError when a field is wrong."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TrainerError("spec_not_json", "%(path)s is not JSON: %(error)s.", path=str(path), error=str(error)) from error
    if not isinstance(content, dict):
        raise TrainerError("spec_not_object", "%(path)s must hold one JSON object.", path=str(path))
    spec = parse(content, "train")
    if not isinstance(spec, TrainSpec):
        raise TrainerError("spec_of_other_kind", "This command takes a spec of the kind “train”, not “%(kind)s”.", kind=spec.kind)
    return spec


def prepare(path: Path, folder: Path) -> Path:
    """The prepared data of ``path``, made once and again when the files have changed."""
    if path.suffix == ".safetensors":
        return path.resolve(strict=True)
    paths, names = preparation.files_of(path.resolve(strict=True))
    source = [[str(file), file.stat().st_size, file.stat().st_mtime_ns] for file in paths]
    prepared, stamp = folder / "prepared.safetensors", folder / "source.json"
    if prepared.exists() and stamp.exists() and json.loads(stamp.read_text()) == source:
        return prepared.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    prepared = preparation.prepare(paths, names, folder).prepared
    stamp.write_text(json.dumps(source))
    return prepared.resolve()


def write_job(folder: Path, spec: TrainSpec, prepared: Path) -> None:
    """Go on with the job that is in ``folder`` when it is this one and unfinished; else begin anew."""
    inputs = {"prepared": str(prepared)}
    attempt, resume = 1, None
    if (folder / "job.json").exists():
        earlier = Job.read(folder)
        if earlier.spec == spec and earlier.inputs == inputs and not _is_finished(folder):
            attempt, resume = earlier.attempt + 1, _newest_checkpoint(folder)
        else:
            _clear(folder)
    new = Job(run="fit", attempt=attempt, spec=spec, inputs=inputs, devices=devices(spec.ranks), resume=resume)
    (folder / "control").write_bytes(bytes([job.GO_ON]))
    (folder / "job.json").write_text(new.model_dump_json(), encoding="utf-8")


def _newest_checkpoint(folder: Path) -> str | None:
    return max((str(path) for path in (folder / "checkpoints").glob("step-*.safetensors")), default=None)


def _is_finished(folder: Path) -> bool:
    ends = [event for event in _events(Reader(folder / "journal")) if isinstance(event, events.Ended)]
    return bool(ends) and ends[-1].outcome != "paused"


def _clear(folder: Path) -> None:
    for part in ("checkpoints", "out"):
        shutil.rmtree(folder / part, ignore_errors=True)
    for part in ("journal", "exits.json"):
        (folder / part).unlink(missing_ok=True)
    (folder / "out").mkdir()


def devices(ranks: int) -> tuple[str, ...]:
    """A GPU for each rank where there are enough, else the processor."""
    os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"  # counting must not start CUDA before the fork
    import torch

    kind = "cuda" if torch.cuda.device_count() >= ranks else "cpu"
    return tuple(f"{kind}:{rank}" for rank in range(ranks))


def _follow(folder: Path, out: Path) -> int:
    """Run the attempt and show what its journal says, until it has ended."""
    from trainer import launch, warm

    warm.warm_up()
    reader = Reader(folder / "journal", (folder / "journal").stat().st_size if (folder / "journal").exists() else 0)
    launcher = launch.fork(folder)
    signal.signal(signal.SIGINT, lambda *_: _interrupt(folder))
    screen, done = Screen(), False
    while not done:
        time.sleep(POLL_SECONDS)
        done = os.waitpid(launcher, os.WNOHANG)[0] != 0
        for event in _events(reader):
            screen.show(event)
    return _end(folder, out, screen)


def _interrupt(folder: Path) -> None:
    print("\nWriting a checkpoint …", file=sys.stderr)
    job.command(folder, job.PAUSE)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _events(reader: Reader) -> Iterator[events.Event]:
    while found := list(reader.read()):
        yield from (event for _, event in found)


class Screen:
    """Prints what a person wants to see of an attempt."""

    def __init__(self) -> None:
        self._names: dict[int, tuple[str, ...]] = {}
        self._total = 0
        self.ended: events.Ended | None = None
        self.report: dict[str, Any] = {}

    def show(self, event: events.Event) -> None:
        match event:
            case events.Series():
                self._names[event.id] = event.names
            case events.Started():
                self._total = event.total_steps
                print(f"Training {event.total_steps} steps on {', '.join(event.placement)}, from step {event.step}.", flush=True)
            case events.Point():
                self._show_point(event)
            case events.Log():
                print(event.message % event.params if event.params else event.message, flush=True)
            case events.Result():
                self.report = event.report
            case events.Ended():
                self.ended = event

    def _show_point(self, point: events.Point) -> None:
        values = dict(zip(self._names[point.series], point.values, strict=True))
        if "validation/loss" in values:
            scores = ", ".join(f"{name} {value:.4f}" for name, value in values.items() if name.startswith("validation/"))
            print(f"step {point.step}/{self._total}, epoch {values['epoch']:.0f}: {scores}", flush=True)


def _end(folder: Path, out: Path, screen: Screen) -> int:
    """Say how the attempt ended, and put its model where the user asked for it."""
    ended = screen.ended
    if ended is None:
        exits = json.loads((folder / "exits.json").read_text()) if (folder / "exits.json").exists() else {"ranks": []}
        codes = ", ".join(f"rank {item['rank']}: {item['exitcode']}" for item in exits["ranks"])
        print(f"Training was cut off ({codes}). The same command goes on from the last checkpoint.", file=sys.stderr)
        return 1
    if ended.outcome in ("succeeded", "stopped"):
        shutil.copy(folder / "out" / "model.safetensors", out / "model.safetensors")
        (out / "report.json").write_text(json.dumps(screen.report, indent=2), encoding="utf-8")
        print(f"{_scores(screen.report['test'])}\nThe model is {out / 'model.safetensors'}.")
        return 0
    if ended.outcome == "paused":
        print((ended.message or f"Paused at step {ended.step}.") + " The same command goes on.", file=sys.stderr)
        return INTERRUPTED
    print(ended.message % ended.params if ended.params else ended.message, file=sys.stderr)
    return 1


def _scores(test: dict[str, Any]) -> str:
    if "accuracy" in test:
        return f"Test accuracy {test['accuracy']:.4f} on {test['rows']} rows (macro F1 {test['macro']['f1']:.4f})."
    return f"Test error {test['mae']:.6g} (mean absolute), R2 {test['r2']:.4f}, on {test['rows']} rows."
