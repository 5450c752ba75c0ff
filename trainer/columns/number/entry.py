"""How a number is entered."""

from typing import Any

from trainer.trying.entries import Entry


def entries(description: dict[str, Any]) -> list[Entry]:
    """A line for each column."""
    units = description["spelling"]["units"]
    return [
        Entry(
            column=name,
            kind=description["kind"],
            look="line",
            is_number=True,
            unit=next((unit for unit in units.get(name, ()) if unit.strip("()")), ""),
        )
        for name in description["columns"]
    ]
