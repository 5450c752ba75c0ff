"""What a browser is sent: JSON texts of the form ``{type, seq, …}``."""

import json
import math
from typing import Any

import numpy as np

from webapp.metrics.codec import Batch, Floats, Points


def points(before: int, last: int, batch: Batch) -> str:
    """Points that belong to the numbers behind ``before`` up to ``last``."""
    series = {name: columns(part) for name, part in batch.items()}
    return dumps({"type": "points", "from": before, "seq": last, "series": series})


def entry(seq: int, kind: str, body: dict[str, Any], time: float | None = None) -> str:
    """One entry of the stream; ``time`` is seconds since the epoch (UTC)."""
    return dumps({"type": kind, "seq": seq, "time": time, "body": body})


def columns(part: Points) -> dict[str, list[Any]]:
    return {"steps": part.steps.tolist(), "values": numbers(part.values), "times": numbers(part.times)}


def numbers(values: Floats) -> list[Any]:
    """Numbers for JSON, which has no NaN and no infinities: these become "NaN", "Infinity" and "-Infinity"."""
    listed: list[Any] = values.tolist()
    for at in np.flatnonzero(~np.isfinite(values)).tolist():
        listed[at] = "NaN" if math.isnan(listed[at]) else "Infinity" if listed[at] > 0 else "-Infinity"
    return listed


def dumps(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"), allow_nan=False, default=str)
