"""What each stage of a compression costs and saves: the metric over the size on disk."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from webapp.charts.figure import Figure, Trace, axis, figure, plain


def title() -> str:
    return _("Size and quality")


def traces(stages: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> list[Trace]:
    """A point a stage with its label, joined in order: size in KB (1,024 bytes, as the tables say it) against
    the test metric.
    """
    names = [plain(label) for label in labels]
    return [
        {
            "type": "scatter",
            "mode": "lines+markers+text",
            "x": [stage["size"] / 1024 for stage in stages],
            "y": [stage["metric"]["value"] for stage in stages],
            "text": names,
            "textposition": ["bottom center" if place % 2 else "top center" for place in range(len(names))],
            "cliponaxis": False,
            "line": {"color": "--line-strong", "width": 1},
            "marker": {"color": "--curve-1", "size": 10},
            "hovertemplate": "%{text}: %{x:.1f} KB, %{y:.4f}<extra></extra>",
        }
    ]


def draw(stages: Sequence[Mapping[str, Any]], labels: Sequence[str], metric: str, *, is_part: bool) -> Figure:
    """``is_part``: the metric is a part of one, shown in percent."""
    ticks = {"tickformat": ".4~p"} if is_part else {}
    return figure(
        traces(stages, labels),
        xaxis=axis(_("Size on disk (KB)"), rangemode="tozero"),
        yaxis=axis(metric, **ticks),
        margin={"l": 64, "r": 40, "t": 28, "b": 40},
    )
