"""How an angle is entered."""

from typing import Any

from trainer.trying.entries import Entry


def entries(description: dict[str, Any]) -> list[Entry]:
    kind = description["kind"]
    return [Entry(column=name, kind=kind, look="line", unit="°") for name in description["columns"]]
