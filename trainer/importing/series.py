"""Columns of texts as Arrow keeps them: all their bytes one behind the other, and where each cell begins.

What is asked of every cell is asked here of all at once. Arrow's functions start no threads, which an inspection may
not.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.data.prepared import Array

SPACE, BEYOND_ASCII = 0x20, 0x80


def of(cells: Iterable[str]) -> pa.StringArray:
    return pa.array(cells if isinstance(cells, list) else list(cells), pa.string())


def starts(cells: pa.StringArray) -> Array:
    """int32 [cells + 1]: where each begins among the bytes, and where the last ends."""
    return np.frombuffer(cells.buffers()[1], np.int32, len(cells) + 1, cells.offset * 4)


def bytes_of(cells: pa.StringArray) -> Array:
    """uint8: the bytes in which ``starts`` counts."""
    buffer = cells.buffers()[2]
    return np.empty(0, np.uint8) if buffer is None else np.frombuffer(buffer, np.uint8)


def contain(cells: pa.StringArray, mark: bytes) -> bool:
    """Whether the bytes of ``mark`` stand anywhere in the cells; quick for a rare ``mark``."""
    at = starts(cells)
    return mark in bytes_of(cells)[at[0] : at[-1]].tobytes()


def begin(cells: pa.StringArray, byte: int) -> Array:
    """bool: whether each cell begins with the byte."""
    at = starts(cells)
    return np.asarray((at[1:] > at[:-1]) & (_at(bytes_of(cells), at[:-1]) == byte))


def _at(data: Array, places: Array) -> Array:
    """The bytes there; one behind the last, of an empty cell, is whatever stands before it."""
    return data.take(places, mode="clip") if len(data) else np.zeros(len(places), np.uint8)


def stripped(cells: pa.StringArray) -> pa.StringArray:
    """Without white space at both ends, as ``str.strip`` does it; most columns have none."""
    at, data = starts(cells), bytes_of(cells)
    for ends in (_at(data, at[:-1]), _at(data, at[1:] - 1)):
        if (ends <= SPACE).any() or (ends >= BEYOND_ASCII).any():
            return pc.utf8_trim_whitespace(cells)
    return cells


def are_empty(cells: pa.StringArray) -> Array:
    """bool [cells]"""
    at = starts(cells)
    return np.asarray(at[1:] == at[:-1])


def joined(columns: Iterable[pa.Array]) -> list[bytes]:
    """Each row as one text, in which no cell holds the mark between two."""
    return pc.binary_join_element_wise(*columns, "\0").cast(pa.binary()).to_pylist()  # type: ignore[no-any-return]
