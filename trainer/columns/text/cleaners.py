"""Texts cleaned step by step before they are cut into tokens. Shipped beside exports; it needs the standard library
alone.
"""

from collections.abc import Callable, Sequence
from typing import Any

CLEANERS: dict[str, Callable[..., str]] = {}


def cleaned(text: str, steps: Sequence[dict[str, Any]]) -> str:
    """The text behind these steps, each with its ``name`` and its ``arguments``."""
    for step in steps:
        text = CLEANERS[step["name"]](text, **step["arguments"])
    return text
