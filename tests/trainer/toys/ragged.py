"""Rows of different lengths, from the prepared file to proved exports: ``python -m tests.trainer.toys.ragged FOLDER``
prints what came of it as JSON.
"""

import tests.trainer.toys.install  # noqa: F401, I001 - before the listings are read

import hashlib
import json
import subprocess
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from tests.trainer import mixed, samples
from tests.trainer.attempts import Attempt, Warm, curve, steps_done, wait_until, warm_process, write_job
from trainer import report
from trainer.attempt import events, job
from trainer.columns import category, kinds
from trainer.data import table
from trainer.data.prepared import Prepared, write_prepared
from trainer.data.summary import DataSummary
from trainer.task import Encoded

ROWS, LONGEST = 600, 40
TASK = {"name": "classification", "target": "direction"}
FORMATS = ("onnx", "safetensors", "torchscript")


def main(folder: Path) -> None:
    prepared = _write(folder / "prepared.safetensors")
    with warm_process("-m", "tests.trainer.toys.warm") as warm:
        results: dict[str, Any] = {"ranks": _ranks(folder, prepared, warm), "resume": _resume(folder, prepared, warm)}
    model = {"name": "fusion", "encoders": [{"name": "recurrent"}]}
    trained = samples.attempt(folder / "train", "train", _spec(model, epochs=20), {"prepared": prepared})
    numbers = report.parse(trained.report)
    results |= {"accuracy": numbers.value("test/accuracy"), "useful": numbers.value("useful")}
    results["lengths"] = _by_length(numbers)
    results |= {"exports": _exports(folder / "export", prepared, trained), "answers": _answers(folder)}
    forgetful = {"name": "fusion", "encoders": [{"name": "forgetful"}]}
    frozen = samples.attempt(folder / "frozen", "train", _spec(forgetful, epochs=2), {"prepared": prepared})
    results["frozen"] = _exports(folder / "frozen_export", prepared, frozen)
    results["first"] = _first()
    results["unrolled"] = _of_texts(folder)
    print(json.dumps(results))


def _of_texts(folder: Path) -> dict[str, str]:
    """What comes of exports of a network of texts whose loop has as many steps as the texts that it was traced with."""
    prepared = mixed.write(folder / "texts.safetensors", rows=100)
    task = {"name": "classification", "target": "class", "features": ["note"]}
    model = {"name": "fusion", "encoders": [{"name": "unrolled"}], "width": 8, "hidden": [8]}
    spec = {"task": task, "model": model, "epochs": 2, "tokenizers": [{"name": "words"}], "exporters": []}
    trained = samples.attempt(folder / "unrolled", "train", spec, {"prepared": prepared})
    return _exports(folder / "unrolled_export", prepared, trained)


def _write(path: Path) -> Path:
    """Tracks that end higher than they began, or lower."""
    random = np.random.default_rng(0)
    tracks = [np.cumsum(random.normal(size=random.integers(2, LONGEST + 1))) for _ in range(ROWS)]
    rises = np.array([track[-1] > track[0] for track in tracks])
    track = import_module("trainer.columns.track.values")
    columns = (
        kinds()["track"].Column(name="path", distinct=ROWS),
        category.Column(name="direction", distinct=2, levels=("down", "up")),
    )
    codes = rises.astype(np.int32)[:, None]
    write_prepared(path, DataSummary(rows=ROWS, columns=columns), {**track.arrays("path", tracks), "categories": codes})
    return path


def _by_length(body: report.Report) -> list[list[Any]]:
    """The table of lengths, its headings first."""
    table = next(block for block in body.blocks if isinstance(block, report.Table) and block.title == "By length")
    return [[heading.label for heading in table.headings], *map(list, table.rows)]


def _first() -> list[bool]:
    """Which rows repeat none before, of rows that are read two at a time: then each pair is padded otherwise."""
    tracks = [np.array(track) for track in ([1.0, 2.0], [1.0, 2.0, 0.0], [1.0, 2.0], [3.0] * 9)]
    column = kinds()["track"].Column(name="path", distinct=3)
    arrays = import_module("trainer.columns.track.values").arrays("path", tracks)
    prepared = Prepared(Path("unwritten"), DataSummary(rows=4, columns=(column,)), arrays)
    targets = Encoded(values=np.zeros(4, np.int64), is_present=np.ones(4, bool))
    table.PIECE_VALUES = 2
    rows = table.Table(
        prepared=prepared, features=(column,), targets=targets, target_columns=("direction",), rows=np.arange(4)
    )
    return [bool(is_first) for is_first in rows.is_first()]


def _spec(model: dict[str, Any], **fields: Any) -> dict[str, Any]:
    learning = {"optimizer": {"name": "adamw", "learning_rate": 1e-2}}
    return {"task": TASK, "model": model, "batch_size": 16, "exporters": [], **learning, **fields}


def _ranks(folder: Path, prepared: Path, warm: Warm) -> float:
    """How far two ranks are from one, in any point of a curve."""
    model = {"name": "fusion", "dropout": 0.0}
    one, two = (
        curve([_ended(warm, write_job(folder / f"ranks{ranks}", _spec(model, **exact, ranks=ranks), prepared))])
        for exact in [{"epochs": 3, "precision": "float64"}]
        for ranks in (1, 2)
    )
    assert [point[:2] for point in one] == [point[:2] for point in two]
    return max(abs(mine - other) for (_, _, mine), (_, _, other) in zip(one, two, strict=True))


def _resume(folder: Path, prepared: Path, warm: Warm) -> bool:
    """Whether a run that was paused in the middle of an epoch went on exactly."""
    spec = _spec({"name": "fusion"}, epochs=12)
    reference = _ended(warm, write_job(folder / "reference", spec, prepared))
    path = write_job(folder / "paused", spec, prepared)
    warm.start(path)
    wait_until(partial(_has_done, path, 40), "some steps")
    job.command(path, job.PAUSE)
    warm.wait(path)
    paused = Attempt.read(path)
    last = _ended(warm, write_job(folder / "last", spec, prepared, attempt=2, resume=paused.last_checkpoint))
    assert 0 < max(event.step for event in paused.events if isinstance(event, events.Checkpoint)) < 12 * 30
    return (_weights(last), curve([paused, last])) == (_weights(reference), curve([reference]))


def _ended(warm: Warm, path: Path) -> Attempt:
    attempt = warm.run(path)
    assert attempt.ended is not None and attempt.ended.outcome == "succeeded", (attempt.ended, attempt.logs)
    return attempt


def _has_done(path: Path, step: int) -> bool:
    return steps_done(path) >= step


def _weights(attempt: Attempt) -> str:
    return hashlib.sha256((attempt.folder / "out" / "model.safetensors").read_bytes()).hexdigest()


def _exports(folder: Path, prepared: Path, trained: samples.Done) -> dict[str, str]:
    inputs = {"prepared": prepared, "model": trained.output("model.safetensors")}
    exported = samples.attempt(folder, "export", {"exporters": [{"name": name} for name in FORMATS]}, inputs)
    return {name: item["status"] for name, item in zip(FORMATS, exported.report["exports"], strict=True)}


def _answers(folder: Path) -> list[str]:
    rows = [{"path": [0.0, 1.5, 3.0]}, {"path": [5.0, 4.0, 3.5, 2.0, 1.0, 0.5, 0.0]}]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = subprocess.run(
        [sys.executable, "-I", "predict.py", "run_onnx.py", str(folder / "rows.jsonl")],
        cwd=folder / "export" / "out",
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line)["class"] for line in words.stdout.splitlines()]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
