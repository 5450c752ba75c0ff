"""A model that is no better than answering always the same is said to be so, wherever its result stands."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.dummy import DummyClassifier, DummyRegressor

from tests.files import imported
from tests.trainer import samples
from tests.trainer.samples import Done
from trainer import report
from trainer.commands import fit
from trainer.report import Report, Scalar
from trainer.tasks.classification import scores as classification
from trainer.tasks.multi_label import scores as multi_label
from trainer.tasks.regression import scores as regression

RANDOM = np.random.default_rng(5)


def guess(scalars: Sequence[Scalar], name: str) -> float:
    return {scalar.name: scalar.value for scalar in scalars}[f"guess/{name}"]


@settings(deadline=None)  # the machine may be busy
@given(st.integers(2, 5), st.integers(2, 40), st.integers(0, 10_000))
def test_guessing_a_class_equals_the_reference(classes: int, rows: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    train, actual = random.integers(0, classes, (2, rows))
    counts = np.bincount(train, minlength=classes)
    _, scalars, _ = classification.report(actual, actual, "abcde"[:classes], int(counts.argmax()))
    dummy = DummyClassifier(strategy="most_frequent").fit(train[:, None], train)
    assert guess(scalars, "accuracy") == pytest.approx(metrics.accuracy_score(actual, dummy.predict(actual[:, None])))


def test_guessing_a_number_equals_the_reference() -> None:
    train, actual = RANDOM.lognormal(3, 2, (2, 500))
    _, scalars, _ = regression.report(actual, actual, float(train.mean()))
    predictions = DummyRegressor().fit(train[:, None], train).predict(actual[:, None])
    assert guess(scalars, "mae") == pytest.approx(metrics.mean_absolute_error(actual, predictions))


@pytest.mark.parametrize("shares", [(0.9, 0.2, 0.6), (0.1, 0.1, 0.1), (0.05, 0.9, 0.0)])
def test_the_labels_that_are_guessed_are_the_best_of_all_that_could_be(shares: tuple[float, ...]) -> None:
    actual = np.stack([np.arange(100) < 100 * share for share in shares], axis=1).astype(np.uint8)
    _, scalars, _ = multi_label.report(actual, actual, "abc", np.array(shares))
    same = [np.tile([a, b, c], (100, 1)) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    best = max(metrics.f1_score(actual, predictions, average="micro", zero_division=0) for predictions in same)
    assert guess(scalars, "f1") == pytest.approx(best)
    assert guess(scalars, "label_accuracy") == pytest.approx(
        max(1 - metrics.hamming_loss(actual, predictions) for predictions in same)
    )


def trained(folder: Path, table: str, task: dict[str, Any], **fields: Any) -> Done:
    prepared = imported(folder / "data", {"table.csv": table.encode()}).data.path
    spec = {"task": task, "exporters": [], "epochs": 3, "batch_size": 32, **fields}
    return samples.attempt(folder / "run", "train", spec, {"prepared": prepared})


def csv(names: str, *columns: Sequence[Any]) -> str:
    return "\n".join([names, *(",".join(map(str, row)) for row in zip(*columns, strict=True))]) + "\n"


def noise(rows: int = 300) -> list[float]:
    return RANDOM.normal(size=rows).round(4).tolist()  # type: ignore[no-any-return]


def labels(share: float, rows: int = 300) -> list[str]:
    return np.where(RANDOM.random(rows) < share, "common", "rare").tolist()  # type: ignore[no-any-return]


def headline(outcome: Report) -> Scalar:
    return next(scalar for scalar in outcome.scalars if scalar.name == outcome.headline)


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "a class that nothing tells": (
        csv("a,b,kind", noise(), noise(), labels(0.85)),
        {"name": "classification", "target": "kind"},
    ),
    "a number from 1 to 1e10 that nothing tells": (
        csv("a,b,size", noise(), noise(), (10 ** RANDOM.uniform(0, 10, 300)).round(2).tolist()),
        {"name": "regression", "target": "size"},
    ),
    "labels that nothing tells": (
        csv("a,b,x,y", noise(), noise(), *(RANDOM.random((2, 300)) < 0.8).astype(int)),
        {"name": "multi_label", "labels": ["x", "y"]},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_nothing_can_be_learnt_of_is_said_to_be_guessed(tmp_path: Path, case: str) -> None:
    table, task = CASES[case]
    outcome = report.parse(trained(tmp_path, table, task, optimizer={"name": "adamw", "learning_rate": 0.05}).report)
    (caution,) = outcome.cautions
    assert headline(outcome).note and caution.in_words().startswith("This model ")
    assert [scalar.name for scalar in outcome.scalars if scalar.name.startswith("guess/") and scalar.shown]


def test_what_was_learnt_is_not_doubted(tmp_path: Path) -> None:
    values = noise()
    kinds = ["high" if value > 0.3 else "low" for value in values]
    numbers = [round(3 * value + 1, 4) for value in values]
    flags = [int(value > 0) for value in values], [int(value > 1) for value in values]
    table = csv("a,b,kind,size,x,y", values, noise(), kinds, numbers, *flags)
    tasks: tuple[dict[str, Any], ...] = (
        {"name": "classification", "target": "kind", "features": ["a", "b"]},
        {"name": "regression", "target": "size", "features": ["a", "b"]},
        {"name": "multi_label", "labels": ["x", "y"], "features": ["a", "b"]},
    )
    for number, task in enumerate(tasks):
        done = trained(tmp_path / str(number), table, task, epochs=12, optimizer={"name": "adamw"})
        outcome = report.parse(done.report)
        assert (outcome.cautions, headline(outcome).note) == ((), "")


def test_a_few_rows_that_are_missed_by_far_are_said_though_the_mean_error_is_small() -> None:
    actual = np.array([1.0, 2.0, 3.0, 4.0, 1e6])
    scalar, _, (caution, _figure) = regression.report(np.array([1.0, 2.0, 3.0, 4.0, 2.2e6]), actual, 2e5)
    assert scalar.note == "misses some rows by far" and "squares" in caution.in_words()  # type: ignore[union-attr]


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_model_whose_answers_are_no_numbers_is_worse_than_guessing(wrong: float) -> None:
    scalar, _, blocks = regression.report(np.array([1.0, wrong, 3.0]), np.array([1.0, 2.0, 3.0]), 2.0)
    assert scalar.note == "no better than guessing" and len(report.cautions(blocks)) == 1


def test_the_command_the_card_and_a_compression_say_it_too(tmp_path: Path) -> None:
    table, task = CASES["a class that nothing tells"]
    done = trained(tmp_path, table, task, optimizer={"name": "adamw", "learning_rate": 0.05})
    printed = fit.scores(done.report)
    assert "(no better than guessing)" in printed and "always answering “common”" in printed
    inputs = {"prepared": tmp_path / "data" / "out" / "prepared.safetensors", "model": done.output("model.safetensors")}
    exported = samples.attempt(tmp_path / "export", "export", {"exporters": [{"name": "safetensors"}]}, inputs)
    card = exported.output("README.md").read_text()
    assert "- Caution: This model is no better than guessing" in card and "Guessing the commonest class 0." in card
    stages = [{"name": "quantize_int8"}]
    compressed = samples.attempt(tmp_path / "compress", "compress", {"stages": stages}, inputs)
    assert compressed.report["stages"][0]["metric"]["note"] == "no better than guessing"
