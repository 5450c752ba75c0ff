"""Tracks of the prepared file: the values of all rows one after the other, and where each row begins."""

from collections.abc import Iterator, Sequence

import numpy as np
from trainer.columns.track import Block, Column  # type: ignore[import-not-found]

from trainer.columns import Gatherer
from trainer.data.prepared import Array, Indices, Prepared, offsets_name, own_name


def arrays(column: str, tracks: Sequence[Array]) -> dict[str, Array]:
    """As the prepared file has them."""
    offsets = np.cumsum([0, *map(len, tracks)]).astype(np.int64)
    return {own_name(column): np.concatenate(tracks), offsets_name(column): offsets}


def blocks(columns: Sequence[Column], prepared: Prepared, train: Indices) -> list[Block]:
    return [Block(name=f"track_{number}", column=column.name) for number, column in enumerate(columns, 1)]


def lengths(block: Block, prepared: Prepared) -> Array:
    return np.diff(prepared.ragged(block.column)[1])


def contents(block: Block, prepared: Prepared, rows: Indices) -> Iterator[bytes]:
    values, offsets = prepared.ragged(block.column)
    return (values[offsets[row] : offsets[row + 1]].tobytes() for row in rows)


def gatherer(block: Block, prepared: Prepared) -> Gatherer:
    values, offsets = prepared.ragged(block.column)

    def gather(rows: Indices) -> Array:
        starts, stops = offsets[rows], offsets[rows + 1]
        padded = np.zeros((len(rows), max(1, int((stops - starts).max()))))
        for place, (start, stop) in enumerate(zip(starts, stops, strict=True)):
            padded[place, : stop - start] = values[start:stop]
        return padded

    return gather


def outside(column: Column, prepared: Prepared, row: int) -> list[float]:
    values, offsets = prepared.ragged(column.name)
    return [float(value) for value in values[offsets[row] : offsets[row + 1]]]
