"""What every chart shares: a figure as plain data, axes with a title, and text that Plotly cannot take for markup.

Colours are names of tokens (``--curve-1``); the browser puts in what the theme says.
"""

from collections.abc import Sequence
from typing import Any

Trace = dict[str, Any]
Figure = dict[str, Any]
LONGEST_LABEL = 40


def plain(text: object) -> str:
    """Text as Plotly shall show it: it reads a small HTML of its own in titles, ticks and hovers."""
    label = str(text)
    label = label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
    return label.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    return {"title": {"text": plain(title)}, **more}


def figure(traces: Sequence[Trace], **layout: Any) -> Figure:
    return {"data": list(traces), "layout": layout}
