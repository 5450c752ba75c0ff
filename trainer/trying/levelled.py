"""Entries of columns whose values are one of some words."""

from typing import Any

from trainer.trying.entries import MOST_CHOICES, Entry


def entries(description: dict[str, Any]) -> list[Entry]:
    """A choice for each column; a line where there are many words."""
    return [
        Entry(
            column=name,
            kind=description["kind"],
            look="choice" if len(levels) <= MOST_CHOICES else "line",
            choices=tuple(levels),
        )
        for name, levels in description["levels"].items()
    ]
