"""Texts of the prepared file."""

from trainer.columns.text import Column
from trainer.data.prepared import Prepared


def outside(column: Column, prepared: Prepared, row: int) -> str | None:
    """The text; None where it is missing."""
    content, starts = prepared.ragged(column.name)
    return content[starts[row] : starts[row + 1]].tobytes().decode() or None
