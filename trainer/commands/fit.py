"""Train a model by a spec.

Ctrl-C writes a checkpoint and ends; the same command then goes on from there, as it does after a crash.
"""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from trainer import data
from trainer.console import (
    INTERRUPTED,
    POLL_SECONDS,
    Screen,
    events_of,
    pause_on_interrupt,
    prepare,
    read_object,
    reader_of_news,
    sentence,
    write_job,
)
from trainer.errors import TrainerError
from trainer.spec import TrainSpec, parse


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", type=Path, help='a JSON file, for example {"model": {"name": "cnn"}, "epochs": 7, "ranks": 2}')
    parser.add_argument("--data", type=Path, required=True, help="a data file, a folder of them, or prepared data")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the model and its report")


def run(arguments: argparse.Namespace) -> int:
    spec = read_spec(arguments.spec)
    prepared = prepare(arguments.data, arguments.out / "data")
    folder = arguments.out / "run"
    write_job(folder, spec.resolved(data.Prepared.open(prepared).summary), {"prepared": prepared}, "step-*.safetensors")
    return _follow(folder, arguments.out)


def read_spec(path: Path) -> TrainSpec:
    """The spec in a file. Raises TrainerError when it is not JSON, pydantic's ValidationError when a field is wrong."""
    spec = parse(read_object(path), "train")
    if not isinstance(spec, TrainSpec):
        raise TrainerError("spec_of_other_kind", "This command takes a spec of the kind “train”, not “%(kind)s”.", kind=spec.kind)
    return spec


def _follow(folder: Path, out: Path) -> int:
    """Run the attempt and show what its journal says, until it has ended."""
    from trainer import launch, warm

    warm.warm_up()
    reader = reader_of_news(folder)
    launcher = launch.fork(folder)
    pause_on_interrupt(folder)
    screen, done = Screen(), False
    while not done:
        time.sleep(POLL_SECONDS)
        done = os.waitpid(launcher, os.WNOHANG)[0] != 0
        for event in events_of(reader):
            screen.show(event)
    return _end(folder, out, screen)


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
    print(sentence(ended), file=sys.stderr)
    return 1


def _scores(test: dict[str, Any]) -> str:
    if "accuracy" in test:
        return f"Test accuracy {test['accuracy']:.4f} on {test['rows']} rows (macro F1 {test['macro']['f1']:.4f})."
    return f"Test error {test['mae']:.6g} (mean absolute), R2 {test['r2']:.4f}, on {test['rows']} rows."
