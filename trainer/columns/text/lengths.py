"""How long texts are, in characters and in words, counted over their bytes with memory for some megabytes of them."""

from dataclasses import dataclass

import numpy as np

from trainer.data.prepared import Array
from trainer.importing.profile import Histogram, Lengths

PIECE = 2 * 1024 * 1024  # bytes
BINS = 20
LAST_SPACE, DELETE = 0x20, 0x7F  # control characters are no part of words
LOST = "\ufffd".encode()


@dataclass(frozen=True)
class Counted:
    """int64 [texts] of characters and of words, which are what stands between spaces; and how often the character for a
    lost one stands in the texts."""

    characters: Array
    words: Array
    lost: int


def counted(content: Array, starts: Array) -> Counted:
    """``content`` uint8, the texts' bytes; ``starts`` int64 [texts + 1]. A text may be of any length: what is counted
    is counted up to each text's beginning, piece by piece."""
    characters, words = _Running(starts), _Running(starts)
    lost, was_space = 0, True
    for start in range(0, len(content), PIECE):
        piece = np.asarray(content[start : start + PIECE])
        characters.add(start, (piece & 0xC0) != 0x80)
        is_space = (piece <= LAST_SPACE) | (piece == DELETE)
        words.add(start, ~is_space & _are_behind_space(is_space, was_space, starts, start))
        was_space = bool(is_space[-1])
        lost += content[start : start + PIECE + len(LOST) - 1].tobytes().count(LOST)
    return Counted(characters.counts(), words.counts(), lost)


def _are_behind_space(is_space: Array, was_space: bool, starts: Array, start: int) -> Array:
    """bool [piece]: whether a space, or the beginning of a text, stands before each byte."""
    behind = np.empty_like(is_space)
    behind[0], behind[1:] = was_space, is_space[:-1]
    first, last = np.searchsorted(starts, (start, start + len(is_space)))
    behind[starts[first:last] - start] = True
    return behind


class _Running:
    """Counts up to the beginning of each text."""

    def __init__(self, starts: Array) -> None:
        self._starts, self._until = starts, np.zeros(len(starts), np.int64)
        self._total = 0

    def add(self, start: int, are_counted: Array) -> None:
        """bool: which of the bytes from ``start`` on count."""
        sums = np.cumsum(are_counted, dtype=np.int32)
        first, last = np.searchsorted(self._starts, (start + 1, start + len(sums) + 1))  # those that end a byte here
        self._until[first:last] = self._total + sums[self._starts[first:last] - start - 1]
        self._total += int(sums[-1])

    def counts(self) -> Array:
        return np.diff(self._until)


def spread(lengths: Array) -> Lengths:
    """Of at least one length."""
    places = [round(part * (len(lengths) - 1) / 4) for part in range(5)]
    quartiles = np.partition(lengths, places)[places].tolist()
    return Lengths(quartiles=quartiles, mean=float(lengths.mean()), histogram=_histogram(lengths))


def _histogram(lengths: Array) -> Histogram:
    """Each bin as many times wider than the one before as all are: a few texts are much longer than the others."""
    low, high = int(lengths.min()), int(lengths.max()) + 1
    edges = np.unique([low, *np.geomspace(max(1, low), high, BINS + 1).round().astype(np.int64), high])
    counts = np.histogram(lengths, edges)[0].tolist()
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(counts))
