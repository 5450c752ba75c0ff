"""Make a trained model smaller, stage after stage, and print what each stage cost and gained.

Without --spec half of the channels are pruned and the rest is quantized to 8-bit integers. Ctrl-C writes a checkpoint; the same
command then goes on from there.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from trainer.console import checked, prepare, read_object
from trainer.spec import CompressSpec


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="model.safetensors, as training made it")
    parser.add_argument("--data", type=Path, required=True, help="the data that it was trained on: a file, a folder, or prepared data")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the smaller models and report.json")
    parser.add_argument("--spec", type=Path, help='a JSON file, for example {"stages": [{"name": "prune_channels", "ratio": 0.3}]}')


def run(arguments: argparse.Namespace) -> int:
    from trainer import foreground

    spec = _spec(arguments.spec)
    inputs = {"prepared": prepare(arguments.data, arguments.out / "data"), "model": arguments.model}
    folder = arguments.out / "run"
    screen = foreground.attempt(folder, spec, inputs, "stages-*.safetensors")
    code = foreground.end(folder, screen.ended)
    if code == 0:
        (arguments.out / "report.json").write_text(json.dumps(screen.report, indent=2), encoding="utf-8")
        foreground.outputs(folder, arguments.out)
        print("\n".join(_line(row) for row in screen.report["stages"]))
    return code


def _spec(path: Path | None) -> CompressSpec:
    spec = checked(read_object(path) if path else {}, "compress")
    assert isinstance(spec, CompressSpec)
    return spec


def _line(row: dict[str, Any]) -> str:
    if row["status"] == "refused":
        sentence = row["message"] % row["params"] if row["params"] else row["message"]
        return f"{row['stage']} {row['name']}: {sentence}"
    times = ", ".join(f"{ms:.3f} ms for {rows}" for rows, ms in row["latency_ms"].items())
    return (f"{row['stage']} {row['name']}: {row['metric']['name']} {row['metric']['value']:.4f}, {row['size']} bytes, "
            f"{row['parameters']} parameters, {times} ({row['runtime']}, {row['threads']} threads)")
