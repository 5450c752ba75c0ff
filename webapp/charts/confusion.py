"""Which class was taken for which, on the test part."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from webapp.charts.figure import Figure, Trace, axis, figure, plain

MOST_NUMBERS = 20  # classes up to which each cell shows its count


def title() -> str:
    return _("Confusion matrix")


def traces(matrix: Sequence[Sequence[int]], classes: Sequence[str]) -> list[Trace]:
    """``matrix[true][predicted]`` are rows of the test part; a cell's shade is its part of the true class."""
    names = [plain(name) for name in classes]
    parts = [[count / max(1, sum(row)) for count in row] for row in matrix]
    labels = [[[names[i], names[j], count] for j, count in enumerate(row)] for i, row in enumerate(matrix)]
    trace: Trace = {
        "type": "heatmap",
        "z": parts,
        "customdata": labels,
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "colorscale": [[0, "--sunken"], [1, "--curve-1"]],
        "hovertemplate": "%{customdata[0]} → %{customdata[1]}: %{customdata[2]:,} (%{z:.1%})<extra></extra>",
    }
    if len(classes) <= MOST_NUMBERS:
        trace |= {"text": [[str(count) if count else "" for count in row] for row in matrix], "texttemplate": "%{text}"}
    return [trace]


def draw(matrix: Sequence[Sequence[int]], classes: Sequence[str]) -> Figure:
    ticks: dict[str, Any] = {
        "tickvals": list(range(len(classes))),
        "ticktext": [plain(name) for name in classes],
        "showgrid": False,
        "zeroline": False,
    }
    if len(classes) > 60:
        ticks = {"showticklabels": False, "showgrid": False, "zeroline": False}
    return figure(
        traces(matrix, classes),
        xaxis=axis(_("Predicted"), **ticks, constrain="domain"),
        yaxis=axis(_("True"), **ticks, autorange="reversed", scaleanchor="x", constrain="domain"),
    )
