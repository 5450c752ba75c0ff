"""One cell in a hundred that is far from all others costs the clean rows next to nothing, in the shipped model too."""

from pathlib import Path

import numpy as np
import pytest

from tests.trainer import samples
from tests.trainer.attempts import write_table
from trainer.data.prepared import Array, Prepared
from trainer.data.rows import of_model
from trainer.packaging.package import load
from trainer.proving import answering

ROWS, COLUMNS = 3000, 4
SPEC = {
    "task": {"name": "classification", "target": "c0"},
    "epochs": 30,
    "split": {"validation": 0.1, "test": 0.5},
    "exporters": [{"name": "onnx"}],
}


def learned(folder: Path, numbers: Array, labels: Array, clean: Array) -> tuple[float, Path]:
    """The accuracy on the clean rows of a model that was trained on these numbers, and the model."""
    prepared = write_table(folder.with_suffix(".safetensors"), numbers, labels[:, None], levels=2)
    done = samples.attempt(folder, "train", SPEC, {"prepared": prepared})
    model = done.output("model.safetensors")
    data = of_model(load(model)[0], Prepared.open(prepared))
    rows = np.setdiff1d(np.flatnonzero(clean), data.parts.train)
    decisions = answering.decisions(answering.model(model, "torch", 1), data, rows)
    return float((decisions == labels[rows]).mean()), model


@pytest.mark.parametrize("wild", [999.0, -1e30])
def test_wild_cells_cost_the_clean_rows_half_a_point_at_most(wild: float, tmp_path: Path) -> None:
    random = np.random.default_rng(8)
    numbers = random.normal(size=(ROWS, COLUMNS))
    labels = (numbers @ np.array([2.0, -1.0, 1.0, 0.5]) > 0).astype(np.int64)
    dirty = numbers.copy()
    cells = random.choice(ROWS * COLUMNS, ROWS * COLUMNS // 100, replace=False)
    dirty.reshape(-1)[cells] = wild
    clean = ~(dirty == wild).any(axis=1)
    expected, _ = learned(tmp_path / "clean", numbers, labels, clean)
    accuracy, model = learned(tmp_path / "dirty", dirty, labels, clean)
    assert accuracy >= expected - 0.005
    assert accuracy > 0.95
    exported = samples.attempt(
        tmp_path / "export",
        "export",
        {"exporters": [{"name": "onnx"}]},
        {"prepared": tmp_path / "dirty.safetensors", "model": model},
    )
    assert [item["status"] for item in exported.report["exports"]] == ["proved"]
