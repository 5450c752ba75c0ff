"""Points as plain lists for JSON, where "NaN", "Infinity" and "-Infinity" stand for what it has no numbers for."""

import math
from typing import Any

import numpy as np

from webapp.metrics.codec import Floats, Points


def columns(points: Points) -> dict[str, list[Any]]:
    return {"steps": points.steps.tolist(), "values": numbers(points.values), "times": numbers(points.times)}


def numbers(values: Floats) -> list[Any]:
    listed: list[Any] = values.tolist()
    for at in np.flatnonzero(~np.isfinite(values)).tolist():
        listed[at] = plain_number(listed[at])
    return listed


def plain_number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
