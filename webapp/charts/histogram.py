"""How one column's numbers lie."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from webapp.charts.figure import Figure, Trace, axis, figure


def title() -> str:
    return _("Distribution")


def traces(edges: Sequence[float], counts: Sequence[int]) -> list[Trace]:
    """Bars between neighbouring ``edges``; there is one count less than there are edges."""
    middles = [(low + high) / 2 for low, high in zip(edges, edges[1:], strict=False)]
    widths = [high - low for low, high in zip(edges, edges[1:], strict=False)]
    return [
        {
            "type": "bar",
            "x": middles,
            "y": list(counts),
            "width": widths,
            "marker": {"color": "--curve-1"},
            "hovertemplate": "%{x:.4g}: %{y:,}<extra></extra>",
        }
    ]


def draw(edges: Sequence[float], counts: Sequence[int], name: str) -> Figure:
    return figure(traces(edges, counts), xaxis=axis(name), yaxis=axis(_("Rows"), rangemode="tozero"), bargap=0)
