"""Zeros and ones of the prepared file."""

from collections.abc import Sequence

import numpy as np

from trainer.columns import Filling, Gatherer, gaps_of
from trainer.columns.boolean import Block, Column
from trainer.data.prepared import Array, Indices, Prepared


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


def filled(block: Block, names: Sequence[str], by: Filling, flag: bool, prepared: Prepared, train: Indices) -> Block:
    """With the more frequent value of the training rows for a missing value of these columns."""
    values, fill = gatherer(block, prepared)(train), list(block.fill or (-1,) * len(block.columns))
    flagged = set(block.flagged)
    for place in (place for place, name in enumerate(block.columns) if name in names):
        zeros, ones = ((values[:, place] == value).sum() for value in (0, 1))
        fill[place] = int(ones > zeros) if zeros or ones else -1
        flagged.discard(place)
        flagged |= {place} if flag and (values[:, place] < 0).any() else set()
    return block.model_copy(update={"fill": tuple(fill), "flagged": tuple(sorted(flagged))})


def cleaned(block: Block, values: Array) -> Array:
    """int64 [B, columns]: filled as cleaning said."""
    return np.where(values < 0, block.fill, values) if block.fill else values


def readable(block: Block, place: int, values: Array) -> list[bool | None]:
    """Yes or no; None where a value is missing."""
    return [None if value < 0 else bool(value) for value in values.tolist()]


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
