"""How far predicted numbers are from the true ones, in the target's unit."""

from dataclasses import dataclass

import numpy as np

from trainer.data.prepared import Array
from trainer.numerals import significant
from trainer.report import Block, Caution, Direction, Figure, Scalar
from trainer.sentences import gettext_noop as _

MOST_RESIDUALS = 2000


def report(predicted: Array, actual: Array, mean: float) -> tuple[Scalar, list[Scalar], list[Block]]:
    """Of values [N] against values [N]. R2 is 1 minus the squared error over that of the mean; it is 0 where all actual
    values are equal. There is a caution where always answering ``mean``, that of the training rows, is as good."""
    errors, guesses = predicted.astype(np.float64) - actual, mean - actual
    doubt = _doubt(errors, guesses, mean)
    mae = _scalar(
        "test/mae", _("Mean absolute error"), float(np.abs(errors).mean()), "lower", doubt.note if doubt else ""
    )
    further = [
        _scalar("test/rmse", _("Root mean squared error"), float(np.sqrt((errors**2).mean())), "lower"),
        _scalar("test/r2", _("R²"), _r2(errors, actual), "higher"),
        _scalar("test/median_error", _("Median absolute error"), float(np.median(np.abs(errors))), "lower"),
        _scalar("guess/mae", _("Error of guessing the mean"), float(np.abs(guesses).mean())),
    ]
    return mae, further, [*([doubt.caution] if doubt else []), _residuals(predicted, actual)]


def _scalar(name: str, label: str, value: float, better: Direction | None = None, note: str = "") -> Scalar:
    return Scalar(name=name, label=label, value=value, better=better, note=note)


def _r2(errors: Array, actual: Array) -> float:
    spread = float(((actual - actual.mean()) ** 2).sum())
    return 1 - float((errors**2).sum()) / spread if spread > 0 else 0.0


def _residuals(predicted: Array, actual: Array) -> Figure:
    """Of so many rows that a chart can be drawn, evenly spaced."""
    places = np.linspace(0, len(actual) - 1, min(len(actual), MOST_RESIDUALS)).astype(np.int64)
    values = {"predicted": predicted[places].astype(float).tolist(), "actual": actual[places].astype(float).tolist()}
    return Figure(chart="residuals", data=values)


@dataclass(frozen=True)
class _Doubt:
    """Why the model is of no use: in a few words, and in a sentence."""

    note: str
    caution: Caution


def _doubt(error: Array, guess: Array, mean: float) -> _Doubt | None:
    """Of the errors [N] of a model and of the mean; an error that is not finite is the worst."""
    params = {"mean": significant(mean), "error": _mean_error(error), "guess": _mean_error(guess)}
    if not np.abs(error).mean() < np.abs(guess).mean():
        message = _(
            "This model is no better than guessing: always answering %(mean)s, the mean of the training rows, has a "
            "mean absolute error of %(guess)s, and this model %(error)s. See whether the inputs tell anything of the "
            "target, or train longer. Where the target has values of very different sizes, learn their logarithm."
        )
        return _Doubt(_("no better than guessing"), Caution(message=message, params=params))
    if not (error**2).mean() < (guess**2).mean():
        message = _(
            "This model misses some rows by far: by the squares of the errors it is no better than to answer always "
            "%(mean)s, the mean of the training rows, though its mean absolute error is %(error)s, and that of the "
            "mean %(guess)s. Look at the residuals. Where the target has values of very different sizes, learn their "
            "logarithm."
        )
        return _Doubt(_("misses some rows by far"), Caution(message=message, params=params))
    return None


def _mean_error(errors: Array) -> str:
    return significant(float(np.abs(errors).mean()))
