"""Scores equal scikit-learn's, and a report of many classes arrives."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from tests import pictures
from tests.trainer import samples
from trainer import report
from trainer.attempt import events
from trainer.data import rows
from trainer.data.prepared import Prepared
from trainer.report import Block, Caution, Figure, Samples, Scalar, Table
from trainer.specs.split import Split
from trainer.specs.train import TrainDraft
from trainer.tasks.classification import scores as classification
from trainer.tasks.multi_label import scores as multi_label
from trainer.tasks.regression import scores as regression

MANY = 3000


def values(headline: Scalar, scalars: Sequence[Scalar]) -> dict[str, float]:
    return {scalar.name.removeprefix("test/"): scalar.value for scalar in (headline, *scalars)}


def column(table: Block, heading: str) -> list[Any]:
    assert isinstance(table, Table)
    place = [heading.label for heading in table.headings].index(heading)
    return [row[place] for row in table.rows]


@settings(deadline=None)  # the machine may be busy
@given(st.integers(2, 6), st.integers(1, 60), st.integers(0, 10_000))
def test_classification_scores_equal_the_reference(classes: int, rows: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    actual, logits = random.integers(0, classes, rows), random.normal(size=(rows, classes))
    predicted = logits.argmax(axis=1)
    names = tuple("abcdef"[:classes])
    headline, scalars, blocks = classification.report(predicted, actual, names, 0)
    figure, table = (block for block in blocks if not isinstance(block, Caution))

    labels = list(range(classes))
    assert isinstance(figure, Figure)
    assert figure.data["matrix"] == metrics.confusion_matrix(actual, predicted, labels=labels).tolist()
    expected = metrics.precision_recall_fscore_support(actual, predicted, labels=labels, zero_division=0)
    for heading, reference in zip(("Precision", "Recall", "F1", "Rows"), expected, strict=True):
        assert column(table, heading) == pytest.approx(list(reference))
    macro = metrics.precision_recall_fscore_support(actual, predicted, average="macro", zero_division=0)
    results = values(headline, scalars)
    assert [results[f"macro_{name}"] for name in ("precision", "recall", "f1")] == pytest.approx(list(macro[:3]))
    assert results["accuracy"] == pytest.approx(metrics.accuracy_score(actual, predicted))
    if set(predicted) <= set(actual):
        assert results["macro_recall"] == pytest.approx(metrics.balanced_accuracy_score(actual, predicted))


@settings(deadline=None)  # the machine may be busy
@given(st.integers(2, 6), st.integers(1, 60), st.integers(0, 10_000))
def test_scores_of_several_labels_equal_the_reference(labels: int, rows: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    actual, predicted = random.integers(0, 2, (2, rows, labels))
    headline, scalars, blocks = multi_label.report(
        predicted, actual.astype(np.uint8), tuple("abcdef"[:labels]), np.full(labels, 0.5)
    )
    (table,) = (block for block in blocks if isinstance(block, Table))
    results = values(headline, scalars)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        actual, predicted, average=None, zero_division=0
    )
    for heading, expected in {"Precision": precision, "Recall": recall, "F1": f1, "Rows": support}.items():
        assert column(table, heading) == pytest.approx(list(expected))
    assert results["f1"] == pytest.approx(metrics.f1_score(actual, predicted, average="micro", zero_division=0))
    assert results["macro_f1"] == pytest.approx(metrics.f1_score(actual, predicted, average="macro", zero_division=0))
    assert results["exact_match"] == pytest.approx((actual == predicted).all(axis=1).mean())
    assert results["label_accuracy"] == pytest.approx(1 - metrics.hamming_loss(actual, predicted))


def test_regression_scores_equal_the_reference() -> None:
    random = np.random.default_rng(1)
    actual = random.normal(50, 10, 5000)
    predicted = actual + random.normal(0, 3, 5000)
    headline, scalars, (figure,) = regression.report(predicted, actual, 50.0)
    results = values(headline, scalars)
    assert results["mae"] == pytest.approx(metrics.mean_absolute_error(actual, predicted))
    assert results["rmse"] == pytest.approx(metrics.root_mean_squared_error(actual, predicted))
    assert results["r2"] == pytest.approx(metrics.r2_score(actual, predicted))
    assert results["median_error"] == pytest.approx(metrics.median_absolute_error(actual, predicted))
    assert isinstance(figure, Figure)
    assert len(figure.data["predicted"]) == regression.MOST_RESIDUALS


def test_a_score_is_called_the_same_in_every_task() -> None:
    """Lists are sorted by its name, whatever the task."""
    truth, shares = np.array([0, 1, 1, 0]), np.array([0.5, 0.25])
    reports = (
        classification.report(truth, truth, ("a", "b"), 0),
        multi_label.report(np.eye(2, dtype=int), np.eye(2, dtype=int), ("a", "b"), shares),
        regression.report(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.5, 3.0]), 2.0),
    )
    labels: dict[str, set[str]] = {}
    for headline, scalars, _blocks in reports:
        for scalar in (headline, *scalars):
            labels.setdefault(scalar.name, set()).add(scalar.label)
    assert {name: own for name, own in labels.items() if len(own) > 1} == {}
    orders = [label for name, (label,) in labels.items() if name.startswith("test/")]
    assert len(orders) == len(set(orders)), "two scores of one name"


def test_regression_of_equal_values_has_no_r2() -> None:
    headline, scalars, _blocks = regression.report(np.array([1.0, 2.0]), np.array([3.0, 3.0]), 2.5)
    assert values(headline, scalars)["r2"] == 0.0


def write_many_classes(path: Path) -> Path:
    """Small random images of so many classes that the matrix of all pairs would be larger than a frame of the
    journal.
    """
    labels = np.arange(3 * MANY) % MANY
    pixels = np.random.default_rng(3).integers(0, 256, (len(labels), 1, 8, 8)).astype(np.uint8)
    names = tuple(f"class {number}" for number in range(MANY))
    return pictures.write(path, pixels, labels, names)


def test_a_training_with_thousands_of_classes_arrives_with_its_model_and_report(tmp_path: Path) -> None:
    spec = {"epochs": 1, "exporters": [], "model": {"name": "cnn", "channels": [4], "hidden": [8]}}
    done = samples.attempt(tmp_path / "run", "train", spec, {"prepared": write_many_classes(tmp_path / "prepared")})
    assert done.ended.outcome == "succeeded"
    assert [output.role for output in done[events.Output]] == ["model", "samples"]
    *_cautions, table, worst = report.parse(done.report).blocks
    assert isinstance(worst, Samples) and len(worst.samples) == 20
    assert column(table, "Class") == [f"class {number}" for number in range(MANY)]


@pytest.mark.parametrize(("more", "drawn"), [(0, True), (1, False)])
def test_every_pair_of_classes_is_counted_up_to_as_many_as_can_be_shown(more: int, drawn: bool) -> None:
    names = tuple(map(str, range(classification.MOST_CONFUSED + more)))
    headline, scalars, blocks = classification.report(np.arange(len(names)), np.arange(len(names)), names, 0)
    assert ([block.type for block in blocks] == ["figure", "table"]) == drawn
    assert (headline.value, values(headline, scalars)["macro_f1"]) == (1.0, 1.0)


@pytest.mark.parametrize(("side", "most"), [(8, 512), (32, 512), (256, 10), (4_000, 1)])
def test_large_pictures_are_judged_some_at_a_time(side: int, most: int) -> None:
    pixels = np.broadcast_to(np.uint8(0), (1_000, 3, side, side))
    summary, arrays = pictures.prepared_arrays(pixels, np.arange(1_000) % 2, "ab")
    task = TrainDraft().resolved(summary).task
    assert task is not None
    data = rows.of_task(task, Prepared(Path("unwritten"), summary, arrays), Split(), 0)
    pieces = list(data.pieces(data.parts.train, 512))
    assert max(map(len, pieces)) == most
    np.testing.assert_array_equal(np.concatenate(pieces), data.parts.train)
