"""A curve so small that it only shows which way things go: the training loss as the points of an SVG line."""

import math
from uuid import UUID

from webapp.metrics.window import window

WIDTH, HEIGHT = 200.0, 40.0
POINTS = 60


def line(run_id: UUID) -> str:
    """``x,y`` pairs for a polyline in a box of WIDTH by HEIGHT; empty while there are not two finite points."""
    curve = window(run_id, ["train/loss"], points=POINTS).get("train/loss")
    if curve is None:
        return ""
    pairs = zip(curve.shown.steps.tolist(), curve.shown.values.tolist(), strict=True)
    finite = [(float(step), value) for step, value in pairs if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    (first, last) = finite[0][0], finite[-1][0]
    low, high = min(value for _step, value in finite), max(value for _step, value in finite)
    return " ".join(
        f"{WIDTH * (step - first) / max(last - first, 1):.1f},"
        f"{HEIGHT - HEIGHT * (value - low) / ((high - low) or 1):.1f}"
        for step, value in finite
    )
