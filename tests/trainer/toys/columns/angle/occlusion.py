"""An angle cannot be missing: in its place stands a right angle more."""

import numpy as np

from trainer.data.prepared import Array
from trainer.trying.parts import Given, Part, joined


def parts(given: Given, most: int) -> list[Part]:
    return joined([Part(name) for name in given.block.column_names], most)


def without(given: Given, parts: list[Part]) -> Array:
    rows = np.repeat(np.asarray(given.row), len(parts), axis=0)
    for row, part in zip(rows, parts, strict=True):
        row[[given.block.column_names.index(leaf.column) for leaf in part.leaves]] += 90
    return rows
