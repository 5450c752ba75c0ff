"""How many rows each class has."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from webapp.charts.figure import Figure, Trace, axis, figure, plain


def title(column: str) -> str:
    return _("Class balance of “%(column)s”") % {"column": column}


def traces(balance: Sequence[tuple[str, int]]) -> list[Trace]:
    """One bar a class, in the order of the classes. ``balance`` pairs a class with its rows."""
    names = [plain(name) for name, _count in balance]
    counts = [count for _name, count in balance]
    return [
        {
            "type": "bar",
            "x": list(range(len(names))),
            "y": counts,
            "marker": {"color": "--curve-1"},
            "customdata": names,
            "hovertemplate": "%{customdata}: %{y:,}<extra></extra>",
        }
    ]


def draw(balance: Sequence[tuple[str, int]]) -> Figure:
    ticks = {"tickvals": list(range(len(balance))), "ticktext": [plain(name) for name, _count in balance]}
    if len(balance) > 60:
        ticks = {"showticklabels": False}
    return figure(
        traces(balance),
        xaxis=axis("", showgrid=False, zeroline=False, **ticks),
        yaxis=axis(_("Rows"), rangemode="tozero"),
    )
