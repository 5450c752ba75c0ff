"""Scores equal scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from trainer import evaluate


@given(st.integers(2, 6), st.integers(1, 60), st.integers(0, 10_000))
def test_classification_scores_equal_the_reference(classes: int, rows: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    actual, logits = random.integers(0, classes, rows), random.normal(size=(rows, classes))
    predicted = logits.argmax(axis=1)
    names = tuple("abcdef"[:classes])
    report = evaluate.classification(logits, actual, names)

    labels = list(range(classes))
    assert report["confusion"] == metrics.confusion_matrix(actual, predicted, labels=labels).tolist()
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        actual, predicted, labels=labels, zero_division=0)
    for name, expected in {"precision": precision, "recall": recall, "f1": f1, "support": support}.items():
        assert [row[name] for row in report["per_class"]] == pytest.approx(list(expected))
    macro = metrics.precision_recall_fscore_support(actual, predicted, average="macro", zero_division=0)
    assert [report["macro"][name] for name in ("precision", "recall", "f1")] == pytest.approx(list(macro[:3]))
    assert report["accuracy"] == pytest.approx(metrics.accuracy_score(actual, predicted))


def test_regression_scores_equal_the_reference() -> None:
    random = np.random.default_rng(1)
    actual = random.normal(50, 10, 5000)
    predicted = actual + random.normal(0, 3, 5000)
    report = evaluate.regression(predicted, actual)
    assert report["mae"] == pytest.approx(metrics.mean_absolute_error(actual, predicted))
    assert report["rmse"] == pytest.approx(metrics.root_mean_squared_error(actual, predicted))
    assert report["r2"] == pytest.approx(metrics.r2_score(actual, predicted))
    assert len(report["residuals"]["predicted"]) == evaluate.MOST_RESIDUALS


def test_regression_of_equal_values_has_no_r2() -> None:
    assert evaluate.regression(np.array([1.0, 2.0]), np.array([3.0, 3.0]))["r2"] == 0.0
