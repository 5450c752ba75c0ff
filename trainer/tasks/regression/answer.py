"""One answer of a regression in words. Shipped beside exports."""

from typing import Any


def readable(answer: Any, output: dict[str, Any]) -> dict[str, Any]:
    """The value, in the unit of the data."""
    return {"value": float(answer)}
