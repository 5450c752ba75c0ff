"""What a browser is sent: JSON texts of the form ``{type, seq, …}``."""

import json
import math
from typing import Any

from webapp.metrics.codec import Batch
from webapp.metrics.plain import columns, plain_number


def points(before: int, last: int, batch: Batch) -> str:
    """Points that belong to the numbers behind ``before`` up to ``last``."""
    series = {name: columns(part) for name, part in batch.items()}
    return dumps({"type": "points", "from": before, "seq": last, "series": series})


def entry(seq: int, kind: str, body: dict[str, Any], time: float | None = None, before: int | None = None) -> str:
    """One entry of the stream; ``time`` is seconds since the epoch (UTC).

    ``before`` is the number up to which the browser was told: numbers in between may have been rewound, or were only passing.
    """
    return dumps({"type": kind, "from": seq - 1 if before is None else before, "seq": seq, "time": time, "body": body})


def finite(body: Any) -> Any:
    """``body`` with numbers that JSON and PostgreSQL do not know as texts: "NaN", "Infinity", "-Infinity"."""
    if isinstance(body, float) and not math.isfinite(body):
        return plain_number(body)
    if isinstance(body, dict):
        return {key: finite(value) for key, value in body.items()}
    return [finite(item) for item in body] if isinstance(body, list | tuple) else body


def dumps(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"), allow_nan=False, default=str)
