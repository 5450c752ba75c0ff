"""A chunk: about 1,024 points of one metric as bytes, with marks that tell which flush each came with, and its summary.

The body is ``<version u8><count u32><marks u32>``, then the marks' stream numbers and counts, the steps, the times, the
values (webapp.metrics.codec). Thanks to the marks a browser that was away gets exactly the points it lacks, also from
sealed chunks.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

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
        return (self[start:end] for start, end in pairwise(edges))


def encode(marked: Marked) -> bytes:
    starts = np.flatnonzero(np.diff(marked.seqs, prepend=marked.seqs[0] - 1))
    counts = np.diff(starts, append=len(marked))
    points = marked.points
    parts = [_HEAD.pack(1, len(marked), len(starts))]
    parts += [codec.pack_integers(marked.seqs[starts]), codec.pack_integers(counts)]
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


_EXTREMES = ("first", "last", "minimum", "maximum")
SUMMARY = np.dtype(
    [
        ("number", "<i4"), ("count", "<i4"), ("nonfinite", "<i4"), ("low_step", "<i8"), ("high_step", "<i8"),
        *((f"{place}_step", "<i8") for place in (*_EXTREMES, "nonfinite")),
        *((f"{place}_time", "<f8") for place in (*_EXTREMES, "nonfinite")),
        *((place, "<f8") for place in _EXTREMES),
    ]
)  # fmt: skip
Summaries = np.ndarray[tuple[int], np.dtype[np.void]]


def summary(number: int, marked: Marked) -> Summaries:
    """What a window needs to know of chunk ``number`` without opening it, as one record.

    First, last, minimum and maximum are of the finite values (NaN if there are none); ``nonfinite`` counts the others, the
    first of which is at ``nonfinite_step``.
    """
    points = marked.points
    finite = np.isfinite(points.values)
    places, others = np.flatnonzero(finite), np.flatnonzero(~finite)
    found = np.zeros(1, SUMMARY)
    found["number"], found["count"], found["nonfinite"] = number, len(points), len(others)
    found["low_step"], found["high_step"] = points.steps.min(), points.steps.max()
    for name, place in _extremes(points, places):
        found[name] = points.values[place] if len(places) else math.nan
        _put_place(found, name, points, place)
    _put_place(found, "nonfinite", points, int(others[0]) if len(others) else 0)
    return found


def _extremes(points: Points, finite: NDArray[np.intp]) -> "Iterator[tuple[str, int]]":
    if not len(finite):
        return ((name, 0) for name in _EXTREMES)
    values = points.values[finite]
    places = (finite[0], finite[-1], finite[values.argmin()], finite[values.argmax()])
    return ((name, int(place)) for name, place in zip(_EXTREMES, places, strict=True))


def _put_place(found: Summaries, name: str, points: Points, place: int) -> None:
    found[f"{name}_step"], found[f"{name}_time"] = points.steps[place], points.times[place]
