"""Angles of the prepared file."""

from collections.abc import Sequence

from trainer.columns.angle import Block, Column  # type: ignore[import-not-found]

from trainer.columns import Gatherer
from trainer.data.prepared import Indices, Prepared


def blocks(columns: Sequence[Column], prepared: Prepared, train: Indices) -> list[Block]:
    return [Block(columns=tuple(column.name for column in columns))]


def gatherer(block: Block, prepared: Prepared) -> Gatherer:
    return prepared.gatherer_of_block("angles", prepared.places_of(block.kind, block.columns))


def outside(column: Column, prepared: Prepared, row: int) -> float:
    (place,) = prepared.places([column])
    return float(prepared.array("angles")[row, place])
