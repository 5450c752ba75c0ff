"""Columns of texts as Arrow keeps them: all their bytes one behind the other, and where each cell begins.

What is asked of every cell is asked here of all at once. Arrow's functions start no threads, which an
inspection may not.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.data.prepared import Array
from trainer.importing.words import narrow

SPACE, BEYOND_ASCII = 0x20, 0x80
FULL_WIDTH = (b"\xef\xbc", b"\xef\xbd")  # what characters of full width begin with in UTF-8
WORD, LONGEST_MIXED = 8, 64  # bytes
REST_OF_WORD = np.array([(1 << 8 * count) - 1 for count in range(WORD + 1)], "<u8")  # the first bytes of a word
SEED, FACTOR, HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93), np.uint64(32)


def joined(content: Array, starts: Array) -> pa.StringArray:
    """Cells of these bytes, uint8; ``starts`` [cells + 1] is where each begins."""
    buffers = [None, pa.py_buffer(starts.astype(np.int32)), pa.py_buffer(np.ascontiguousarray(content))]
    return pa.Array.from_buffers(pa.string(), len(starts) - 1, buffers)


def of(cells: Iterable[str]) -> pa.StringArray:
    return pa.array(cells if isinstance(cells, list) else list(cells), pa.string())


def numbers(values: Array) -> pa.Array:
    """Numbers as Arrow takes them, in the same memory. ``pa.array`` also looks for masks, and loads numpy.ma for it."""
    content = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, content])


def mask(are_chosen: Array) -> pa.BooleanArray:
    """bool [cells] as Arrow takes it."""
    bits = np.packbits(are_chosen, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(are_chosen), [None, pa.py_buffer(bits)])


def starts(cells: pa.StringArray) -> Array:
    """int32 [cells + 1]: where each begins among the bytes, and where the last ends."""
    return np.frombuffer(cells.buffers()[1], np.int32, len(cells) + 1, cells.offset * 4)


def bytes_of(cells: pa.StringArray) -> Array:
    """uint8: the bytes in which ``starts`` counts."""
    buffer = cells.buffers()[2]
    return np.empty(0, np.uint8) if buffer is None else np.frombuffer(buffer, np.uint8)


def content(cells: pa.StringArray) -> bytes:
    """Those of these cells."""
    at = starts(cells)
    return bytes_of(cells)[at[0] : at[-1]].tobytes()


def contain(cells: pa.StringArray, mark: bytes) -> bool:
    """Whether the bytes of ``mark`` stand anywhere in the cells; quick for a rare ``mark``."""
    return mark in content(cells)


def begin(cells: pa.StringArray, byte: int) -> Array:
    """bool: whether each cell begins with the byte."""
    at = starts(cells)
    return np.asarray((at[1:] > at[:-1]) & (_at(bytes_of(cells), at[:-1]) == byte))


def end(cells: pa.StringArray, byte: int) -> Array:
    """bool: whether each cell ends with the byte."""
    at = starts(cells)
    return np.asarray((at[1:] > at[:-1]) & (_at(bytes_of(cells), at[1:] - 1) == byte))


def _at(data: Array, places: Array) -> Array:
    """The bytes there; one behind the last, of an empty cell, is whatever stands before it."""
    return data.take(places, mode="clip") if len(data) else np.zeros(len(places), np.uint8)


def stripped(cells: pa.StringArray) -> pa.StringArray:
    """Without white space at both ends, as ``str.strip`` does it; most columns have none."""
    at, data = starts(cells), bytes_of(cells)
    own = data[at[0] : at[-1]]
    if len(own) and (own.min() <= SPACE or own.max() >= BEYOND_ASCII):
        ends = np.concatenate([_at(data, at[:-1]), _at(data, at[1:] - 1)])
        if ends.min() <= SPACE or ends.max() >= BEYOND_ASCII:
            return pc.utf8_trim_whitespace(cells)
    return cells


def narrowed(cells: pa.StringArray) -> pa.StringArray:
    """With digits, signs and letters of full width as those of half width."""
    at = starts(cells)
    own = bytes_of(cells)[at[0] : at[-1]]
    if not len(own) or own.max() < BEYOND_ASCII or not any(contain(cells, mark) for mark in FULL_WIDTH):
        return cells
    return of([narrow(cell) for cell in cells.to_pylist()])


def lengths(cells: pa.StringArray) -> Array:
    """int32 [cells]: in characters."""
    at = starts(cells)
    own = bytes_of(cells)[at[0] : at[-1]]
    if len(own) and own.max() >= BEYOND_ASCII:
        return np.asarray(pc.utf8_length(cells))
    return np.asarray(at[1:] - at[:-1])


def are_empty(cells: pa.StringArray) -> Array:
    """bool [cells]"""
    at = starts(cells)
    return np.asarray(at[1:] == at[:-1])


def different(cells: pa.StringArray, are_chosen: Array) -> list[str]:
    """The different ones of some cells, in the order in which they first come."""
    return pc.unique(cells.filter(mask(are_chosen))).to_pylist()  # type: ignore[no-any-return]


def hashes(columns: Sequence[pa.StringArray | Array]) -> Array:
    """uint64 [rows]: of each row. Rows with the same cells have the same, others about never."""
    sums = np.full(len(columns[0]), SEED)
    for cells in columns:
        if isinstance(cells, np.ndarray):
            words = np.where(np.isnan(cells), np.nan, cells + 0.0).view(np.uint64)  # a gap is like another
            sums = _mixed(sums, words)
        else:
            sums = _with_texts(sums, cells)
    return sums


def _with_texts(sums: Array, cells: pa.StringArray) -> Array:
    at = starts(cells)
    lengths = at[1:] - at[:-1]
    data = np.concatenate([bytes_of(cells)[: at[-1]], np.zeros(WORD, np.uint8)])
    words = np.ndarray(len(data) - WORD + 1, np.uint64, data, strides=(1,))  # eight bytes from any place on
    word = words[at[:-1]] & REST_OF_WORD[np.minimum(lengths, WORD)]
    sums = _mixed(sums, word + lengths.astype(np.uint64) * FACTOR)
    longest = int(lengths.max(initial=0))
    for start in range(WORD, min(longest, LONGEST_MIXED), WORD):
        rows = np.flatnonzero(lengths > start)
        word = words[at[rows] + start] & REST_OF_WORD[np.minimum(lengths[rows] - start, WORD)]
        sums[rows] = _mixed(sums[rows], word)
    if longest > LONGEST_MIXED:
        rows = np.flatnonzero(lengths > LONGEST_MIXED)
        long = cells.take(numbers(rows)).cast(pa.binary()).to_pylist()
        sums[rows] = _mixed(sums[rows], np.fromiter(map(hash, long), np.int64, len(long)).view(np.uint64))
    return sums


def _mixed(sums: Array, words: Array) -> Array:
    """Of different words different sums."""
    mixed: Array = sums ^ words
    mixed *= FACTOR
    mixed ^= mixed >> HALF
    return mixed
