"""How long the texts of a column are, and which words are the commonest in them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from webapp.charts.figure import Figure, axis, figure, plain
from webapp.formatting import short

EDGES_NAMED = 6


def lengths(edges: Sequence[float], counts: Sequence[int], unit: str) -> Figure:
    """A bar a bin; ``edges`` are whole numbers, of which some are named along the axis."""
    ranges = [_range(round(low), round(high)) for low, high in zip(edges, edges[1:], strict=False)]
    step = max(1, len(edges) // EDGES_NAMED)
    named = list(range(0, len(edges), step))
    return figure(
        [
            {
                "type": "bar",
                "x": [place + 0.5 for place in range(len(counts))],
                "y": list(counts),
                "width": [0.9] * len(counts),
                "marker": {"color": "--curve-1"},
                "customdata": ranges,
                "hovertemplate": "%{customdata}: %{y:,}<extra></extra>",
            }
        ],
        xaxis=axis(
            unit,
            tickvals=named,
            ticktext=[short(round(edges[at])) for at in named],
            showgrid=False,
            zeroline=False,
            range=[0, len(counts)],
        ),
        yaxis=axis(_("Texts"), rangemode="tozero"),
    )


def terms(counted: Sequence[tuple[str, int]]) -> Figure:
    """A bar a word, the commonest above."""
    names = [plain(name) for name, _count in counted]
    places = list(range(len(names)))
    return figure(
        [
            {
                "type": "bar",
                "orientation": "h",
                "y": places,
                "x": [count for _name, count in counted],
                "marker": {"color": "--curve-1"},
                "customdata": names,
                "hovertemplate": "%{customdata}: %{x:,}<extra></extra>",
            }
        ],
        xaxis=axis(_("Times"), rangemode="tozero"),
        yaxis=axis("", tickvals=places, ticktext=names, autorange="reversed", showgrid=False, zeroline=False),
    )


def _range(low: int, high: int) -> str:
    """Of whole numbers from ``low`` to below ``high``."""
    if high - low <= 1:
        return short(low)
    return _("%(low)s to %(high)s") % {"low": short(low), "high": short(high - 1)}
