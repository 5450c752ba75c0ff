"""How far each prediction on the test part is from the truth."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from webapp.charts.figure import Figure, Trace, axis, figure
from webapp.formatting import is_number


def title() -> str:
    return _("Residuals")


def traces(predicted: Sequence[float], actual: Sequence[float]) -> list[Trace]:
    """A point a row: the prediction and the truth minus the prediction, both in the target's unit; a line at no error.

    A report writes what is not finite as text; such a row has no place in the plane.
    """
    pairs = [
        (guess, truth) for guess, truth in zip(predicted, actual, strict=True) if is_number(guess) and is_number(truth)
    ]
    guesses = [guess for guess, _truth in pairs]
    ends = [min(guesses, default=0.0), max(guesses, default=1.0)]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": guesses,
            "y": [truth - guess for guess, truth in pairs],
            "marker": {"color": "--curve-1", "size": 6, "opacity": 0.6},
            "hovertemplate": _("predicted {guess}, off by {error}").format(guess="%{x:.4g}", error="%{y:.4g}")
            + "<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "x": ends,
            "y": [0, 0],
            "line": {"color": "--ink-soft", "width": 1, "dash": "dash"},
            "hoverinfo": "skip",
        },
    ]


def draw(predicted: Sequence[float], actual: Sequence[float]) -> Figure:
    return figure(traces(predicted, actual), xaxis=axis(_("Predicted")), yaxis=axis(_("True minus predicted")))
