"""What each stage of a compression costs and saves: the metric over the size on disk."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from webapp.charts.figure import Figure, Trace, axis, figure, plain


def title() -> str:
    return _("Size and quality")


def traces(stages: Sequence[Mapping[str, Any]]) -> list[Trace]:
    """A point a stage, joined in order: size in kilobytes against the test metric."""
    names = [plain(stage["name"]) for stage in stages]
    return [{"type": "scatter", "mode": "lines+markers+text", "x": [stage["size"] / 1000 for stage in stages],
             "y": [stage["metric"]["value"] for stage in stages], "text": names, "textposition": "top center", "cliponaxis": False,
             "line": {"color": "--line-strong", "width": 1}, "marker": {"color": "--curve-1", "size": 10},
             "hovertemplate": "%{text}: %{x:.1f} kB, %{y:.4f}<extra></extra>"}]


def draw(stages: Sequence[Mapping[str, Any]], metric: str) -> Figure:
    return figure(traces(stages), xaxis=axis(_("Size on disk (kB)"), rangemode="tozero"), yaxis=axis(metric),
                  margin={"l": 56, "r": 40, "t": 28, "b": 40})
