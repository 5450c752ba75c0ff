"""A chunk: about 1,024 points of one metric as bytes, with marks that tell which flush each came with, and its summary.

The body is ``<version u8><count u32><marks u32>``, then the marks' stream numbers and counts, the steps, the times,
the values (webapp.metrics.codec). Thanks to the marks a browser that was away gets exactly the points it lacks, also
from sealed chunks.
"""

import math
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from webapp.metrics import codec
from webapp.metrics.codec import Batch, Floats, Integers, Points

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


@dataclass(frozen=True, eq=False)
class Together:
    """Points of metrics that were logged together: they share their stream numbers, steps and times."""

    seqs: Integers
    steps: Integers
    times: Floats
    values: dict[str, Floats]

    @classmethod
    def of(cls, name: str, marked: Marked) -> "Together":
        return cls(marked.seqs, marked.points.steps, marked.points.times, {name: marked.points.values})

    def __getitem__(self, which: slice) -> "Together":
        values = {name: values[which] for name, values in self.values.items()}
        return Together(self.seqs[which], self.steps[which], self.times[which], values)

    def marked(self, name: str) -> Marked:
        return Marked(self.seqs, Points(self.steps, self.values[name], self.times))

    def split(self, size: int) -> "Iterator[Together]":
        """Parts of about ``size`` points, all of nearly one length."""
        parts = max(1, round(len(self.seqs) / size))
        edges = np.linspace(0, len(self.seqs), parts + 1).astype(int).tolist()
        return (self[start:end] for start, end in pairwise(edges))

    def bodies(self) -> Iterator[tuple[str, bytes]]:
        """Each metric's body. All in front of the values is packed once."""
        starts = np.flatnonzero(np.diff(self.seqs, prepend=self.seqs[0] - 1))
        counts = np.diff(starts, append=len(self.seqs))
        parts = [_HEAD.pack(1, len(self.seqs), len(starts))]
        parts += map(codec.pack_integers, (self.seqs[starts], counts, self.steps, codec.milliseconds(self.times)))
        head = b"".join(parts)
        packed = codec.pack_all_values(list(self.values.values()))
        return ((name, head + values) for name, values in zip(self.values, packed, strict=True))


def together(flushes: Sequence[tuple[int, Batch]]) -> list[Together]:
    """The points of flushes, one behind the other, by metrics that share the arrays of all their flushes."""
    parts: dict[str, list[tuple[int, Points]]] = {}
    for seq, batch in flushes:
        for name, points in batch.items():
            parts.setdefault(name, []).append((seq, points))
    groups: dict[tuple[tuple[int, int, int], ...], list[str]] = {}
    for name, pieces in parts.items():
        groups.setdefault(tuple((seq, id(p.steps), id(p.times)) for seq, p in pieces), []).append(name)
    return [_group({name: parts[name] for name in names}) for names in groups.values()]


def _group(parts: dict[str, list[tuple[int, Points]]]) -> Together:
    first = next(iter(parts.values()))
    seqs = np.repeat([seq for seq, _ in first], [len(points) for _, points in first])
    steps, times = (np.concatenate([getattr(points, name) for _, points in first]) for name in ("steps", "times"))
    values = {name: np.concatenate([points.values for _, points in batches]) for name, batches in parts.items()}
    return Together(seqs, steps, times, values)


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
        ("number", "<i4"),
        ("count", "<i4"),
        ("nonfinite", "<i4"),
        ("low_step", "<i8"),
        ("high_step", "<i8"),
        *((f"{place}_step", "<i8") for place in (*_EXTREMES, "nonfinite")),
        *((f"{place}_time", "<f8") for place in (*_EXTREMES, "nonfinite")),
        *((place, "<f8") for place in _EXTREMES),
    ]
)
STRETCHES = 8
STRETCH = np.dtype([("step", "<i8", (STRETCHES, 2)), ("time", "<f8", (STRETCHES, 2)), ("value", "<f8", (STRETCHES, 2))])
Records = np.ndarray[tuple[int], np.dtype[np.void]]


def summary(number: int, points: Points) -> tuple[bytes, bytes]:
    """What a window needs to know of chunk ``number`` without opening it: a SUMMARY, and a STRETCH for a closer look.

    First, last, minimum and maximum are of the finite values (NaN if there are none); ``nonfinite`` counts the
    others, the first of which is at ``nonfinite_step``. A STRETCH has the smallest and largest value of each eighth,
    the earlier first.
    """
    steps, values, times = points.steps, points.values, points.times
    finite = np.isfinite(values)
    whole = bool(finite.all())
    low, high = (values, values) if whole else (np.where(finite, values, np.inf), np.where(finite, values, -np.inf))
    lows, highs = _places(low, np.argmin), _places(high, np.argmax)
    extremes = (int(lows[low[lows].argmin()]), int(highs[high[highs].argmax()]))
    ends = (0, len(values) - 1) if whole else _ends(finite)
    broken = 0 if whole else int(finite.argmin())
    places = np.array([*ends, *extremes, broken])
    four = values[places[:4]] if finite[places[0]] else np.full(4, math.nan)
    counts = (number, len(values), len(values) - int(np.count_nonzero(finite)))
    bounds = (int(steps.min()), int(steps.max()))
    row = np.array([(*counts, *bounds, *steps[places].tolist(), *times[places].tolist(), *four.tolist())], SUMMARY)
    pairs = np.sort(np.stack([lows, highs], 1), axis=1)
    return row.tobytes(), steps[pairs].tobytes() + times[pairs].tobytes() + values[pairs].tobytes()


def _places(values: Floats, choose: "Callable[..., NDArray[np.intp]]") -> NDArray[np.intp]:
    """Where ``choose`` finds its value in each of STRETCHES parts of nearly one length."""
    width = -(-len(values) // STRETCHES)
    lacking = width * STRETCHES - len(values)
    padded = np.concatenate([values, np.repeat(values[-1:], lacking)]) if lacking else values
    places: NDArray[np.intp] = choose(padded.reshape(STRETCHES, width), axis=1) + np.arange(0, STRETCHES * width, width)
    return places.clip(max=len(values) - 1)


def _ends(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """The first and last place that is set; the first place of all if none is."""
    return (int(flags.argmax()), len(flags) - 1 - int(flags[::-1].argmax())) if flags.any() else (0, 0)
