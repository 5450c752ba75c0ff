"""Make a trained model smaller, stage after stage, and print what each stage cost and gained.

Without --spec half of the channels are pruned and the rest is quantized to 8-bit integers. Ctrl-C writes a checkpoint;
the same command then goes on from there.
"""

import argparse
from pathlib import Path
from typing import Any

from trainer.compressing import stages
from trainer.report import SHEET
from trainer.sentences import filled
from trainer.specs.compress import CompressSpec
from trainer.terminal import out, sample_lines
from trainer.terminal.console import checked, read_object
from trainer.terminal.out import Out


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="model.safetensors, as training made it")
    parser.add_argument(
        "--data", type=Path, required=True, help="the data that it was trained on: a file, a folder, or prepared data"
    )
    out.arguments(parser, f"the smaller models and {out.REPORT}")
    parser.add_argument(
        "--spec", type=Path, help='a JSON file, for example {"stages": [{"name": "prune_channels", "ratio": 0.3}]}'
    )


def run(arguments: argparse.Namespace) -> int:
    from trainer.terminal import foreground

    spec, folder = _spec(arguments.spec), Out.of(arguments)
    folder.require_free((out.REPORT, SHEET, *_names(spec)))
    inputs = {"prepared": folder.prepare(arguments.data), "model": arguments.model}
    screen = foreground.attempt(folder, spec, inputs, "stages-*.safetensors")
    code = foreground.end(folder.run, screen.ended)
    if code == 0:
        folder.place({**foreground.report(folder.run, screen), **foreground.outputs(folder.run)})
        print("\n".join([*sample_lines.of_report(screen.report), *map(_line, screen.report["stages"])]))
    return code


def _spec(path: Path | None) -> CompressSpec:
    spec = checked(read_object(path) if path else {}, "compress")
    assert isinstance(spec, CompressSpec)
    return spec


def _names(spec: CompressSpec) -> list[str]:
    return [stages.file_name(number, stage.name, stage.yields) for number, stage in enumerate(spec.stages, 1)]


def _line(row: dict[str, Any]) -> str:
    """A row of the report in words; it has NaN and infinities as text."""
    if row["status"] == "refused":
        return f"{row['stage']} {row['name']}: {filled(row['message'], row['params'])}"
    times = ", ".join(f"{ms:.3f} ms for {rows}" for rows, ms in row["latency_ms"].items())
    return (
        f"{row['stage']} {row['name']}: {row['metric']['name']} {float(row['metric']['value']):.4f}, {row['size']} "
        f"bytes, {row['parameters']} parameters, {times} ({row['runtime']}, {row['threads']} threads)"
    )
