"""Trains, compresses and exports with the toys: ``python -m tests.trainer.toys.walk FOLDER`` prints what came of it as
JSON.
"""

import tests.trainer.toys.install  # noqa: F401, I001 - before the listings are read

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.trainer import samples
from trainer import report
from trainer.importing.preparation import Preparation, prepare
from trainer.trying import answering, opening
from trainer.trying.questions import Question


def main(folder: Path) -> None:
    inspected = _import(folder)
    prepared = inspected.prepared
    spec = {"task": {"name": "above_median", "target": "height"}, "epochs": 30}
    trained = samples.attempt(folder / "train", "train", spec, {"prepared": prepared})
    inputs = {"prepared": prepared, "model": trained.output("model.safetensors")}
    compressed = samples.attempt(folder / "compress", "compress", {"stages": [{"name": "quantize_int8"}]}, inputs)
    exporters = {"exporters": [{"name": name} for name in ("onnx", "safetensors")]}
    exported = samples.attempt(folder / "export", "export", exporters, inputs)
    (folder / "rows.csv").write_text("wind\n90\n270\n")
    words = subprocess.run(
        [sys.executable, "-I", "predict.py", "run_onnx.py", str(folder / "rows.csv")],
        cwd=exported.folder / "out",
        capture_output=True,
        text=True,
        check=True,
    )
    print(
        json.dumps(
            {
                "kinds": {column.name: column.kind for column in inspected.result.summary.columns},
                "problems": [item.code for item in inspected.result.problems],
                "checks": [item.code for item in inspected.result.checks],
                "hits": report.parse(trained.report).value("test/hits"),
                "stages": [row["status"] for row in compressed.report["stages"]],
                "exports": [item["status"] for item in exported.report["exports"]],
                "answers": [json.loads(line) for line in words.stdout.splitlines()],
                "tried": _tried(exported.folder / "out" / "model.onnx"),
            }
        )
    )


def _tried(graph: Path) -> list[object]:
    """What is answered about one row, and whether its angle mattered."""
    answer = answering.answer(opening.opened(graph.read_bytes()), Question({"wind": "90"}), lambda: True)
    return [*answer.outcome.words, *((one.column, one.change > 0.2) for one in answer.influences)]


def _import(folder: Path) -> Preparation:
    """Heights that follow from the sine of an angle, as CSV."""
    angles = np.random.default_rng(0).uniform(0, 400, 300).round(1)
    rows = (f"{angle}°,{height:.9f}" for angle, height in zip(angles, np.sin(np.radians(angles)), strict=True))
    (folder / "table.csv").write_text("\n".join(["wind,height", *rows]))
    return prepare([folder / "table.csv"], ["table.csv"], folder / "imported")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
