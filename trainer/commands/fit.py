"""Train a model by a spec.

Ctrl-C writes a checkpoint and ends; the same command then goes on from there, as it does after a crash.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

from trainer import data
from trainer.console import checked, devices, prepare, read_object
from trainer.spec import TrainSpec


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", type=Path, help='a JSON file, for example {"model": {"name": "cnn"}, "epochs": 7, "ranks": 2}')
    parser.add_argument("--data", type=Path, required=True, help="a data file, a folder of them, or prepared data")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the model and its report")


def run(arguments: argparse.Namespace) -> int:
    from trainer import foreground

    spec = read_spec(arguments.spec)
    devices(spec.device_count)  # too many ranks are refused before the data are read
    prepared = prepare(arguments.data, arguments.out / "data")
    folder, out = arguments.out / "run", arguments.out
    screen = foreground.attempt(folder, spec.resolved(data.Prepared.open(prepared).summary), {"prepared": prepared}, "step-*.safetensors")
    code = foreground.end(folder, screen.ended)
    if code == 0:
        shutil.copy(folder / "out" / "model.safetensors", out / "model.safetensors")
        (out / "report.json").write_text(json.dumps(screen.report, indent=2), encoding="utf-8")
        print(f"{_scores(screen.report['test'])}\nThe model is {out / 'model.safetensors'}.")
    return code


def read_spec(path: Path) -> TrainSpec:
    """The spec in a file. Raises TrainerError when it is not JSON, or a field is wrong."""
    spec = checked(read_object(path), "train")
    assert isinstance(spec, TrainSpec)
    return spec


def _scores(test: dict[str, Any]) -> str:
    if "accuracy" in test:
        return f"Test accuracy {test['accuracy']:.4f} on {test['rows']} rows (macro F1 {test['macro']['f1']:.4f})."
    return f"Test error {test['mae']:.6g} (mean absolute), R2 {test['r2']:.4f}, on {test['rows']} rows."
