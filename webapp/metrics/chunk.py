"""A chunk: about 1,024 points of one metric as bytes, with marks that tell which flush each point came with, and its summary.

The body is ``<version u8><count u32><marks u32>``, then the marks' stream numbers and counts, the steps, the times, the values
(webapp.metrics.codec). Thanks to the marks a browser that was away gets exactly the points it lacks, also from sealed chunks.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.metrics import codec
from webapp.metrics.codec import Integers, Points

_HEAD = struct.Struct("<BII")


@dataclass(frozen=True, eq=False)
class Marked:
    """Points of one metric, in order, with the stream number of each."""

    seqs: Integers
    points: Points

    @classmethod
    def of(cls, seq: int, points: Points) -> "Marked":
        return cls(np.full(len(points), seq, np.int64), points)

    @classmethod
    def joined(cls, parts: "list[Marked]") -> "Marked":
        if len(parts) == 1:
            return parts[0]
        seqs = np.concatenate([part.seqs for part in parts]) if parts else np.empty(0, np.int64)
        return cls(seqs, Points.joined([part.points for part in parts]))

    def __len__(self) -> int:
        return len(self.seqs)

    def __getitem__(self, which: "slice | NDArray[np.bool_] | NDArray[np.intp]") -> "Marked":
        return Marked(self.seqs[which], self.points[which])

    def split(self, size: int) -> "Iterator[Marked]":
        """Parts of about ``size`` points, all of nearly one length."""
        parts = max(1, round(len(self) / size))
        edges = np.linspace(0, len(self), parts + 1).astype(int).tolist()
        return (self[start:end] for start, end in zip(edges, edges[1:], strict=False))


def encode(marked: Marked) -> bytes:
    starts = np.flatnonzero(np.diff(marked.seqs, prepend=marked.seqs[0] - 1))
    counts = np.diff(starts, append=len(marked))
    points = marked.points
    parts = [_HEAD.pack(1, len(marked), len(starts)), codec.pack_integers(marked.seqs[starts]), codec.pack_integers(counts)]
    parts += [codec.pack_integers(points.steps), codec.pack_integers(codec.milliseconds(points.times))]
    return b"".join([*parts, codec.pack_values(points.values)])


def decode(body: bytes | memoryview) -> Marked:
    data = memoryview(body)
    _, count, marks = _HEAD.unpack_from(data)
    seqs, at = codec.unpack_integers(data, _HEAD.size, marks)
    counts, at = codec.unpack_integers(data, at, marks)
    steps, at = codec.unpack_integers(data, at, count)
    times, at = codec.unpack_integers(data, at, count)
    values, at = codec.unpack_values(data, at, count)
    return Marked(np.repeat(seqs, counts), Points(steps, values, times / codec.MILLISECONDS))


Summary = dict[str, int | float]
_EXTREMES = ("first", "last", "minimum", "maximum")


def summary(marked: Marked) -> Summary:
    """What a window needs to know of a chunk without opening it; the names are the columns of ``Chunk``."""
    points = marked.points
    finite = np.isfinite(points.values)
    others = np.flatnonzero(~finite)
    return {
        "count": len(points),
        "nonfinite": len(others),
        "first_seq": int(marked.seqs[0]),
        "last_seq": int(marked.seqs[-1]),
        "low_step": int(points.steps.min()),
        "high_step": int(points.steps.max()),
        **_place("nonfinite", points, int(others[0]) if len(others) else 0),
        **_extremes(points, np.flatnonzero(finite)),
    }


def _extremes(points: Points, finite: NDArray[np.intp]) -> Summary:
    if not len(finite):
        return {key: value for name in _EXTREMES for key, value in {name: math.nan, **_place(name, points, 0)}.items()}
    values = points.values[finite]
    places = (0, -1, int(values.argmin()), int(values.argmax()))
    found: Summary = {}
    for name, place in zip(_EXTREMES, places, strict=True):
        found |= {name: float(values[place]), **_place(name, points, int(finite[place]))}
    return found


def _place(name: str, points: Points, at: int) -> Summary:
    return {f"{name}_step": int(points.steps[at]), f"{name}_time": float(points.times[at])}
