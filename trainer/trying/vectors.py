"""Parts of columns that have one value a row each: the value, in whose place stands a gap."""

import numpy as np

from trainer.data.prepared import Array
from trainer.trying.parts import Given, Part, joined


def parts(given: Given, most: int) -> list[Part]:
    """Of each column whose value is not missing."""
    (row,) = given.row
    names = given.block.column_names
    return joined([Part(name) for name, gap in zip(names, _gaps(row, given.block.gap), strict=True) if not gap], most)


def without(given: Given, parts: list[Part]) -> Array:
    """As where the values are missing."""
    rows = np.repeat(np.asarray(given.row), len(parts), axis=0)
    places = {name: place for place, name in enumerate(given.block.column_names)}
    for number, part in enumerate(parts):
        rows[number, [places[leaf.column] for leaf in part.leaves]] = given.block.gap
    return rows


def _gaps(row: Array, gap: float | None) -> Array:
    """Which values are missing."""
    missing: Array = np.isnan(row) if gap is not None and gap != gap else row == gap
    return missing
