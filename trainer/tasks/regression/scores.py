"""How far predicted numbers are from the true ones, in the target's unit."""

import numpy as np

from trainer.data.prepared import Array
from trainer.report import Block, Figure, Scalar
from trainer.sentences import gettext_noop as _

MOST_RESIDUALS = 2000


def report(predicted: Array, actual: Array) -> tuple[Scalar, list[Scalar], list[Block]]:
    """Of values [N] against values [N]. R2 is 1 minus the squared error over that of the mean; it is 0 where all actual
    values are equal."""
    error = predicted.astype(np.float64) - actual
    spread = float(((actual - actual.mean()) ** 2).sum())
    kept = np.linspace(0, len(actual) - 1, min(len(actual), MOST_RESIDUALS)).astype(np.int64)
    residuals = {"predicted": predicted[kept].astype(float).tolist(), "actual": actual[kept].astype(float).tolist()}
    mae = Scalar(name="test/mae", label=_("Mean absolute error"), value=float(np.abs(error).mean()), better="lower")
    further = [
        Scalar(
            name="test/rmse",
            label=_("Root mean squared error"),
            value=float(np.sqrt((error**2).mean())),
            better="lower",
        ),
        Scalar(
            name="test/r2",
            label=_("R²"),
            value=1 - float((error**2).sum()) / spread if spread > 0 else 0.0,
            better="higher",
        ),
    ]
    return mae, further, [Figure(chart="residuals", data=residuals)]
