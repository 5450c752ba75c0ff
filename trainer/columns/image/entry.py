"""How a picture is entered."""

from typing import Any

from trainer.columns.image.files import SUFFIXES
from trainer.trying.entries import Entry


def entries(description: dict[str, Any]) -> list[Entry]:
    """A file."""
    return [
        Entry(column=name, kind=description["kind"], look="file", choices=SUFFIXES) for name in description["columns"]
    ]
