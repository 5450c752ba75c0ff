"""What each stage of a compression costs and saves: the metric over the size on disk."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from webapp.charts.figure import Figure, Trace, axis, figure, plain
from webapp.formatting import is_number

ROOM = 0.15  # of an axis, around its points
LEAST_ROOM = 0.02  # around parts that are all the same


def title() -> str:
    return _("Size and quality")


def traces(stages: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> list[Trace]:
    """A point a stage with its label, joined in order: size in KB (1,024 bytes, as the tables say it) against
    the test metric.
    """
    names = [plain(label) for label in labels]
    largest = max(stage["size"] for stage in stages)
    return [
        {
            "type": "scatter",
            "mode": "lines+markers+text",
            "x": [stage["size"] / 1024 for stage in stages],
            "y": [stage["metric"]["value"] for stage in stages],
            "text": names,
            "customdata": names,  # on a phone the text is cut
            "textposition": [
                _position(stage["size"] / largest, is_below=place % 2 == 1 and not _is_low(stage["metric"]["value"]))
                for place, stage in enumerate(stages)
            ],
            "cliponaxis": False,
            "line": {"color": "--line-strong", "width": 1},
            "marker": {"color": "--curve-1", "size": 10},
            "hovertemplate": "%{customdata}: %{x:.1f} KB, %{y:.4f}<extra></extra>",
        }
    ]


def _position(part: float, *, is_below: bool) -> str:
    """Of a label, away from the ends of the axis, which starts at zero; ``part``: of the largest size."""
    side = "right" if part < 1 / 3 else "left" if part > 2 / 3 else "center"
    return f"{'bottom' if is_below else 'top'} {side}"


def _is_low(value: Any) -> bool:
    """A label below it would cover ticks."""
    return is_number(value) and value <= LEAST_ROOM


def _range(values: Sequence[float]) -> list[float]:
    """Of parts of one: no tick stands at what no part can be."""
    low, high = min(values), max(values)
    room = max(LEAST_ROOM, ROOM * (high - low))
    return [max(low - room, 0.0), min(high + room, 1.0)]


def draw(stages: Sequence[Mapping[str, Any]], labels: Sequence[str], metric: str, *, is_part: bool) -> Figure:
    """``is_part``: the metric is a part of one, shown in percent."""
    values = [value for stage in stages if is_number(value := stage["metric"]["value"])]
    ticks = {"tickformat": ".4~p", "range": _range(values)} if is_part and values else {}
    return figure(
        traces(stages, labels),
        xaxis=axis(_("Size on disk (KB)"), rangemode="tozero"),
        yaxis=axis(metric, **ticks),
        margin={"l": 64, "r": 40, "t": 28, "b": 40},
    )
