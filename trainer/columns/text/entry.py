"""How a text is entered."""

from typing import Any

from trainer.trying.entries import Entry


def entries(description: dict[str, Any]) -> list[Entry]:
    """Several lines."""
    return [Entry(column=name, kind=description["kind"], look="paragraph") for name in description["columns"]]
