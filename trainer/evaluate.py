"""How good predictions are. Formulas as in the scikit-learn user guide, section 3.4; a ratio without a denominator is 0."""

from typing import Any

import numpy as np

from trainer.data import Array

MOST_RESIDUALS = 2000
MOST_CONFUSED = 200  # classes; the matrix of thousands takes hundreds of megabytes, and nobody can see anything in it


def confusion_matrix(actual: Array, predicted: Array, classes: int) -> Array:
    """Counts [K, K]: rows are actual classes, columns predicted ones."""
    return np.bincount(actual * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def per_class(actual: Array, predicted: Array, classes: int) -> dict[str, Array]:
    """Precision tp/(tp+fp), recall tp/(tp+fn), F1 2pr/(p+r), and support (actual rows) of each class [K]."""
    hits, taken, support = (np.bincount(rows, minlength=classes) for rows in (actual[actual == predicted], predicted, actual))
    precision, recall = _ratio(hits, taken), _ratio(hits, support)
    return {"precision": precision, "recall": recall, "f1": _ratio(2 * precision * recall, precision + recall),
            "support": support}


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.zeros_like(above, dtype=np.float64), where=below > 0)


def classification(predicted: Array, actual: Array, classes: tuple[str, ...]) -> dict[str, Any]:
    """The report of class indices [N] against class indices [N]. Macro averages run over classes that occur in either.

    The confusion matrix is left out above MOST_CONFUSED classes.
    """
    scores = per_class(actual, predicted, len(classes))
    occurs = np.union1d(actual, predicted)
    pairs = confusion_matrix(actual, predicted, len(classes)).tolist() if len(classes) <= MOST_CONFUSED else None
    return {
        "rows": len(actual),
        "accuracy": float((predicted == actual).mean()),
        "macro": {name: float(scores[name][occurs].mean()) for name in ("precision", "recall", "f1")},
        "per_class": [{"class": name, "precision": float(scores["precision"][k]), "recall": float(scores["recall"][k]),
                       "f1": float(scores["f1"][k]), "support": int(scores["support"][k])} for k, name in enumerate(classes)],
        **({} if pairs is None else {"confusion": pairs}),
        "classes": list(classes),
    }


def regression(predicted: Array, actual: Array) -> dict[str, Any]:
    """The report of values [N] against values [N], in the target's unit.

    R2 is 1 minus the squared error over that of the mean; it is 0 where all actual values are equal.
    """
    error = predicted.astype(np.float64) - actual
    spread = float(((actual - actual.mean()) ** 2).sum())
    kept = np.linspace(0, len(actual) - 1, min(len(actual), MOST_RESIDUALS)).astype(np.int64)
    return {
        "rows": len(actual),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "r2": 1 - float((error**2).sum()) / spread if spread > 0 else 0.0,
        "residuals": {"predicted": predicted[kept].astype(float).tolist(), "actual": actual[kept].astype(float).tolist()},
    }
