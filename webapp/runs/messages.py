"""What a browser is sent: JSON texts of the form ``{type, seq, …}``."""

import json
import math
from typing import Any

from webapp.metrics.codec import Batch, Floats, Integers, Points
from webapp.metrics.json_numbers import numbers, plain_number
from webapp.words import told


def points(before: int, last: int, batch: Batch) -> str:
    """Points that belong to the numbers behind ``before`` up to ``last``."""
    texts: dict[bytes, str] = {}  # metrics of one flush share their steps and times, which are then written out once
    series = ",".join(f"{json.dumps(name)}:{_columns(part, texts)}" for name, part in batch.items())
    return f'{{"type":"points","from":{before},"seq":{last},"series":{{{series}}}}}'


def _columns(part: Points, texts: dict[bytes, str]) -> str:
    steps, times = (_once(array, texts) for array in (part.steps, part.times))
    return f'{{"steps":{steps},"values":{dumps(numbers(part.values))},"times":{times}}}'


def _once(array: Integers | Floats, texts: dict[bytes, str]) -> str:
    key = array.tobytes()
    if key not in texts:
        texts[key] = dumps(array.tolist())
    return texts[key]


def entry(seq: int, kind: str, body: dict[str, Any], time: float | None = None, before: int | None = None) -> str:
    """One entry of the stream; ``time`` is seconds since the epoch (UTC).

    ``before`` is the number up to which the browser was told: numbers in between may have been
    rewound, or only passing.
    """
    start = seq - 1 if before is None else before
    return dumps({"type": kind, "from": start, "seq": seq, "time": time, "body": told(body)})


def finite(body: Any) -> Any:
    """``body`` with numbers that JSON and PostgreSQL do not know as texts: "NaN", "Infinity", "-Infinity"."""
    if isinstance(body, float) and not math.isfinite(body):
        return plain_number(body)
    if isinstance(body, dict):
        return {key: finite(value) for key, value in body.items()}
    return [finite(item) for item in body] if isinstance(body, list | tuple) else body


def dumps(message: Any) -> str:
    return json.dumps(message, separators=(",", ":"), allow_nan=False, default=str)
