"""The first values of each column as they were read, so that a person sees what became of what stands in the file."""

from collections.abc import Iterator, Sequence

import numpy as np

from trainer.columns import Column, boolean, category, number
from trainer.data.prepared import Array


def first_values(
    columns: Sequence[Column], arrays: dict[str, Array], preview: Sequence[Sequence[str]]
) -> list[tuple[str, ...]]:
    """Of the rows of ``preview``, which has the cells as they stand in the file; nothing where a value is missing."""
    blocks = {name: iter(np.asarray(array[: len(preview)]).T) for name, array in arrays.items()}
    return [_of(column, blocks, [row[place] for row in preview]) for place, column in enumerate(columns)]


def _of(column: Column, blocks: dict[str, Iterator[Array]], cells: Sequence[str]) -> tuple[str, ...]:
    if isinstance(column, number.Column):
        return tuple("" if np.isnan(value) else f"{value:.15g}" for value in next(blocks["numbers"]))
    if isinstance(column, category.Column | boolean.Column):
        codes = next(blocks["categories" if isinstance(column, category.Column) else "booleans"])
        return tuple("" if code < 0 else column.levels[code] for code in codes.tolist())
    return tuple(cells)
