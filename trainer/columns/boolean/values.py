"""Zeros and ones of the prepared file."""

from collections.abc import Sequence

import numpy as np

from trainer.columns import Gatherer, gaps_of
from trainer.columns.boolean import Block, Column
from trainer.data.prepared import Array, Prepared
from trainer.data.split import Indices


def blocks(columns: Sequence[Column], prepared: Prepared, train: Indices) -> list[Block]:
    """One block of all columns."""
    values, places = prepared.array("booleans")[train], prepared.places(columns)
    flagged = tuple(number for number, place in enumerate(places) if (values[:, place] < 0).any())
    return [
        Block(
            columns=tuple(column.name for column in columns),
            levels=tuple(column.levels for column in columns),
            flagged=flagged,
            gaps=gaps_of(columns),
        )
    ]


def gatherer(block: Block, prepared: Prepared) -> Gatherer:
    """int64 [B, columns]."""
    values = prepared.gatherer_of_block("booleans", prepared.places_of(block.kind, block.columns))
    return lambda rows: values(rows).astype(np.int64)


def targets(column: Column, prepared: Prepared, encoding: str) -> tuple[Array, tuple[str, ...]]:
    """As classes int64 [N], as a label int8 [N]; -1 where a value is missing."""
    (place,) = prepared.places([column])
    values = np.asarray(prepared.array("booleans")[:, place])
    return (values.astype(np.int64), column.levels) if encoding == "class" else (values.astype(np.int8), ())


def outside(column: Column, prepared: Prepared, row: int) -> bool | None:
    """The value; None where it is missing."""
    (place,) = prepared.places([column])
    value = int(prepared.array("booleans")[row, place])
    return None if value < 0 else bool(value)
