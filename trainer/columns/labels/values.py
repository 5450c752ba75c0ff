"""Labels of the prepared file."""

import numpy as np

from trainer.columns.labels import Column
from trainer.data.prepared import Array, Prepared


def targets(column: Column, prepared: Prepared, encoding: str) -> tuple[Array, tuple[str, ...]]:
    """int8 [N, labels], -1 where a row has no list; and what the labels are called."""
    return np.asarray(prepared.own_array(column.name)), column.levels


def outside(column: Column, prepared: Prepared, row: int) -> list[str] | None:
    """The labels of the row; None where it has no list."""
    values = prepared.own_array(column.name)[row].tolist()
    return None if min(values) < 0 else [level for level, value in zip(column.levels, values, strict=True) if value]
