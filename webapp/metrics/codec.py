"""Points as bytes: the body of a tail row and of a chunk.

Steps and times are integers (times in milliseconds) and are stored as a start, a smallest difference, and what each
difference has above it, in as few bytes as hold the largest; evenly spaced numbers thus take none. Values are float32
where that is exact, float64 elsewhere, so that every value comes back bit for bit, NaN and infinities included.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

MILLISECONDS = 1000.0
_GROUP = struct.Struct("<IH")
_NAME = struct.Struct("<H")
_INTEGERS = struct.Struct("<qqB")
_WIDTHS = (0, 1, 2, 4, 8)


@dataclass(frozen=True, eq=False)
class Points:
    """Points of one metric in the order they were made. ``times`` are seconds since the epoch (UTC)."""

    steps: Integers
    values: Floats
    times: Floats

    @classmethod
    def empty(cls) -> Self:
        return cls(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.float64))

    @classmethod
    def joined(cls, parts: "list[Points]") -> "Points":
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return cls.empty()
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("steps", "values", "times")))

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, which: "slice | NDArray[np.bool_] | NDArray[np.intp]") -> "Points":
        return Points(self.steps[which], self.values[which], self.times[which])


Batch = dict[str, Points]


def encode(batch: Mapping[str, Points]) -> bytes:
    """The body of a tail row. Metrics that share their steps and times store them once."""
    parts = [bytes((1,))]
    for group in _groups(batch):
        first = batch[group[0]]
        parts.append(_GROUP.pack(len(first), len(group)))
        parts += [_NAME.pack(len(name)) + name for name in (name.encode() for name in group)]
        parts += [pack_integers(first.steps), pack_integers(milliseconds(first.times))]
        parts += pack_all_values([batch[name].values for name in group])
    return b"".join(parts)


def decode(body: bytes | memoryview) -> Batch:
    """The batch in the body of a tail row."""
    data, at, batch = memoryview(body), 1, Batch()
    while at < len(data):
        count, names = _GROUP.unpack_from(data, at)
        group, at = _names(data, at + _GROUP.size, names)
        steps, at = unpack_integers(data, at, count)
        times, at = unpack_integers(data, at, count)
        seconds = times / MILLISECONDS
        for name in group:
            values, at = unpack_values(data, at, count)
            batch[name] = Points(steps, values, seconds)
    return batch


def milliseconds(times: Floats) -> Integers:
    return np.rint(times * MILLISECONDS).astype(np.int64)


def pack_integers(numbers: Integers) -> bytes:
    """Start, smallest difference, bytes per difference, then each difference above the smallest."""
    if len(numbers) < 2:
        return _INTEGERS.pack(int(numbers[0]) if len(numbers) else 0, 0, 0)
    differences = numbers[1:] - numbers[:-1]
    smallest = int(differences.min())
    above = (differences - smallest).view(np.uint64)
    largest = int(above.max())
    width = next(width for width in _WIDTHS if largest < 1 << 8 * width)
    packed = above.astype(f"<u{width}").tobytes() if width else b""
    return _INTEGERS.pack(int(numbers[0]), smallest, width) + packed


def unpack_integers(data: memoryview, at: int, count: int) -> tuple[Integers, int]:
    """``count`` integers at ``at`` and the offset behind them."""
    start, smallest, width = _INTEGERS.unpack_from(data, at)
    at += _INTEGERS.size
    numbers = np.full(count, smallest, np.int64)
    end = at + width * max(count - 1, 0)
    if width and count > 1:
        numbers[1:] += np.frombuffer(data[at:end], f"<u{width}").astype(np.uint64).view(np.int64)
    numbers[:1] = start
    return np.cumsum(numbers), end


def pack_values(values: Floats) -> bytes:
    """``f`` and float32 where every value survives bit for bit, else ``d`` and float64."""
    return pack_all_values([values])[0]


def pack_all_values(columns: "list[Floats]") -> list[bytes]:
    """Columns of one length, each packed as ``pack_values`` tells; one go over all of them costs little more
    than over one.
    """
    wide = np.stack(columns).astype("<f8", copy=False)
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = wide.astype("<f4")
        exact = (narrow.astype("<f8").view(np.int64) == wide.view(np.int64)).all(axis=1).tolist()
    return [b"f" + narrow[at].tobytes() if fits else b"d" + wide[at].tobytes() for at, fits in enumerate(exact)]


def unpack_values(data: memoryview, at: int, count: int) -> tuple[Floats, int]:
    """``count`` values at ``at`` and the offset behind them."""
    kind, width = ("<f4", 4) if data[at] == ord("f") else ("<f8", 8)
    end = at + 1 + width * count
    return np.frombuffer(data[at + 1 : end], kind).astype(np.float64), end


def _groups(batch: Mapping[str, Points]) -> list[list[str]]:
    groups: dict[tuple[int, bytes, bytes], list[str]] = {}
    for name, points in batch.items():
        if len(points):
            groups.setdefault((len(points), points.steps.tobytes(), points.times.tobytes()), []).append(name)
    return list(groups.values())


def _names(data: memoryview, at: int, count: int) -> tuple[list[str], int]:
    names = []
    for _ in range(count):
        (length,) = _NAME.unpack_from(data, at)
        names.append(str(data[at + _NAME.size : at + _NAME.size + length], "utf-8"))
        at += _NAME.size + length
    return names, at


def rows(points: Points) -> Iterator[tuple[int, float, float]]:
    """Step, value and time of each point, as plain numbers."""
    return zip(points.steps.tolist(), points.values.tolist(), points.times.tolist(), strict=True)
