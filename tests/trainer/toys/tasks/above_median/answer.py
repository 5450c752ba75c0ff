"""One answer in words."""

from typing import Any


def readable(answer: Any, output: dict[str, Any]) -> dict[str, Any]:
    return {"above": bool(answer[1] > answer[0])}
