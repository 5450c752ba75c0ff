"""Cross-validated accuracy of the defaults on the samples: `make accuracy`.

Digits: the convolutional network, two ranks, 7 epochs, 5 folds; the mean of the test folds must be at least 98.0 %.
Penguins: the species from all other columns, 5 folds; at least scikit-learn's logistic regression on the same folds minus
half a point.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from trainer import package, rows
from trainer.data import Prepared
from trainer.preparation import files_of, prepare

FOLDS = 5
SAMPLES = Path(__file__).parents[2] / "webapp" / "datasets" / "samples"
DIGITS: dict[str, Any] = {"model": {"name": "cnn"}, "epochs": 7, "ranks": 2}
PENGUINS: dict[str, Any] = {"task": {"name": "table_classification", "target": "species"}, "epochs": 40}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        reached = [digits(Path(folder) / "digits"), penguins(Path(folder) / "penguins")]
    return 0 if all(reached) else 1


def digits(folder: Path) -> bool:
    prepared = sample("digits", folder)
    scores = [fold_accuracy(DIGITS, prepared, folder, fold) for fold in range(FOLDS)]
    return verdict("digits", scores, 0.98)


def penguins(folder: Path) -> bool:
    prepared = sample("penguins", folder)
    scores = [fold_accuracy(PENGUINS, prepared, folder, fold) for fold in range(FOLDS)]
    reference = [logistic_regression(folder / f"fold{fold}" / "model.safetensors", prepared) for fold in range(FOLDS)]
    print(f"penguins: logistic regression {mean(reference):.4f}")
    return verdict("penguins", scores, mean(reference) - 0.005)


def sample(name: str, folder: Path) -> Path:
    folder.mkdir()
    paths, names = files_of(SAMPLES / name)
    return prepare(paths, names, folder).prepared


def fold_accuracy(spec: dict[str, Any], prepared: Path, folder: Path, fold: int) -> float:
    """Test accuracy of one fold, trained by the command line."""
    path = folder / f"fold{fold}.json"
    path.write_text(json.dumps({**spec, "split": {"folds": FOLDS, "fold": fold}}))
    out = folder / f"fold{fold}"
    command = [sys.executable, "-m", "trainer", "fit", str(path), "--data", str(prepared), "--out", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    report = json.loads((folder / f"fold{fold}" / "report.json").read_text())
    print(f"{folder.name} fold {fold}: {report['test']['accuracy']:.4f} in {report['seconds']:.1f} s", flush=True)
    return float(report["test"]["accuracy"])


def logistic_regression(model: Path, prepared: Path) -> float:
    """scikit-learn's accuracy on the same test rows, from the same features, trained on all other rows."""
    config, state = package.load(model)
    data = rows.of_model(config, Prepared.open(prepared))
    encode = package.module(config, state).preprocess
    train = np.concatenate([data.parts.train, data.parts.validation])
    features = {name: encode(data.inputs(part)).numpy() for name, part in (("train", train), ("test", data.parts.test))}
    fitted = LogisticRegression(max_iter=1000).fit(features["train"], data.targets[train])
    return float(fitted.score(features["test"], data.targets[data.parts.test]))


def verdict(name: str, scores: list[float], least: float) -> bool:
    reached = mean(scores) >= least
    print(f"{name}: mean {mean(scores):.4f}, at least {least:.4f}: {'reached' if reached else 'NOT REACHED'}", flush=True)
    return reached


if __name__ == "__main__":
    sys.exit(main())
