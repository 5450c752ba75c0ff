"""A part of a curve, thinned so that a screen can draw it and no spike is hidden.

A wide window is answered from the summaries of the chunks (first, last, minimum and maximum of each) and the live tail,
one of medium width from the extremes of each eighth of a chunk; only chunks that the window cuts, or all of a narrow
one, are opened. So there are always at least two stretches for each column of the screen. Then of each of as many
stretches as a screen has columns the smallest and the largest value stay (tsdownsample's min-max; LTTB would let a
smaller spike fall behind a larger area).
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler

from webapp.metrics import reading
from webapp.metrics.chunk import STRETCHES, Records
from webapp.metrics.codec import Floats, Points
from webapp.metrics.json_numbers import columns

MOST_POINTS = 10_000
GAPS_AT_MOST = 100
_PLACES = ("first", "minimum", "maximum", "last")


@dataclass(frozen=True)
class Window:
    """``shown`` of the ``count`` points between two steps, ``nonfinite`` of which cannot be drawn (NaN, infinities)."""

    name: str
    shown: Points
    count: int
    nonfinite: int

    def json(self) -> dict[str, Any]:
        """As plain lists; the answer of the REST API."""
        return {"name": self.name, **columns(self.shown), "count": self.count, "nonfinite": self.nonfinite}

    def binary(self, times: bool = False) -> bytes:
        """Header length (u32), header (JSON), then the arrays it names, each at a multiple of 8 bytes, little endian.

        Steps are u32 above ``base`` where they fit, else f64; values f32, or f64 where f32 would lose their size.
        """
        arrays = {"steps": _narrow_steps(self.shown.steps), "values": _narrow_values(self.shown.values)}
        if times:
            arrays["times"] = self.shown.times
        header: dict[str, Any] = {"name": self.name, "count": self.count, "nonfinite": self.nonfinite}
        header |= {"base": int(self.shown.steps.min()) if arrays["steps"].dtype == np.uint32 and len(self.shown) else 0}
        header |= {"arrays": [[name, array.dtype.str[1:], len(array)] for name, array in arrays.items()]}
        text = json.dumps(header, separators=(",", ":")).encode()
        parts = (struct.pack("<I", len(text)) + text, *(array.tobytes() for array in arrays.values()))
        return b"".join(map(_padded, parts))


def window(
    run_id: UUID,
    names: Sequence[str] | None = None,
    points: int = 2000,
    first: int | None = None,
    last: int | None = None,
) -> dict[str, Window]:
    """The curves of ``names`` (all metrics if None) from step ``first`` to ``last``, with some
    ``points`` points each.
    """
    points = min(max(points, 10), MOST_POINTS)
    with reading.one_moment():
        series, tail = reading.series(run_id), reading.tail(run_id)
        metrics = sorted({*series, *tail}) if names is None else names
        windows = {}
        for name in metrics:
            parts = _sealed(series[name], points, first, last) if name in series else []
            if name in tail:
                parts.append(_all_of(tail[name].points, first, last))
            windows[name] = _thinned(name, parts, points)
        return windows


@dataclass(frozen=True)
class _Part:
    """Candidates of a stretch of the curve, and how many points they stand for."""

    candidates: Points
    count: int
    nonfinite: int


def _all_of(points: Points, first: int | None, last: int | None) -> _Part:
    inside = np.ones(len(points), bool)
    inside &= points.steps >= first if first is not None else True
    inside &= points.steps <= last if last is not None else True
    points = points if inside.all() else points[inside]
    return _Part(points, len(points), int(np.count_nonzero(~np.isfinite(points.values))))


def _sealed(series_id: int, points: int, first: int | None, last: int | None) -> list[_Part]:
    chunks = reading.summaries(series_id, first, last)
    cut = np.zeros(len(chunks), bool)
    cut |= chunks["low_step"] < first if first is not None else False
    cut |= chunks["high_step"] > last if last is not None else False
    if len(chunks) * STRETCHES < points:
        cut[:] = True
    opened = reading.opened(series_id, chunks["number"][cut]) if cut.any() else {}
    closer = len(chunks) < points and not cut.all()
    parts = []
    for start, end in _runs(cut):
        if cut[start]:
            parts += [_all_of(opened[int(number)].points, first, last) for number in chunks["number"][start:end]]
        else:
            stretches = reading.stretches(series_id, chunks["number"][start:end]) if closer else None
            parts.append(_from_summaries(chunks[start:end], stretches))
    return parts


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches of equal flags."""
    if not len(flags):
        return []
    edges = [0, *(np.flatnonzero(np.diff(flags)) + 1).tolist(), len(flags)]
    return list(pairwise(edges))


def _from_summaries(chunks: Records, stretches: Records | None) -> _Part:
    """First, extremes and last of each chunk in the order of time, and a NaN for each chunk that has some.

    The extremes are those of each eighth where ``stretches`` are given.
    """
    columns = [np.stack([chunks[f"{place}{end}"] for place in _PLACES], 1) for end in ("_step", "", "_time")]
    if stretches is not None:
        closer = [stretches[name].reshape(len(chunks), -1) for name in ("step", "value", "time")]
        columns = [np.column_stack([column, more]) for column, more in zip(columns, closer, strict=True)]
    steps, values, times = columns
    broken = chunks["nonfinite"] > 0
    gap = np.where(broken, chunks["nonfinite_step"], steps[:, 0]).astype(np.int64)
    gap_times = np.where(broken, chunks["nonfinite_time"], times[:, 0])
    steps, times = np.column_stack([steps, gap]), np.column_stack([times, gap_times])
    values = np.column_stack([values, np.where(broken, np.nan, values[:, 0])])
    order = np.argsort(times, axis=1, kind="stable")
    steps, values, times = (np.take_along_axis(array, order, 1).ravel() for array in (steps, values, times))
    return _Part(Points(steps, values, times), int(chunks["count"].sum()), int(chunks["nonfinite"].sum()))


def _thinned(name: str, parts: list[_Part], points: int) -> Window:
    candidates = Points.joined([part.candidates for part in parts])
    finite = np.isfinite(candidates.values)
    places, gaps = np.flatnonzero(finite), np.flatnonzero(~finite)
    peaks = places[extremes(candidates.steps[places], candidates.values[places], points)]
    if len(gaps) > GAPS_AT_MOST:
        gaps = gaps[np.linspace(0, len(gaps) - 1, GAPS_AT_MOST).astype(int)]
    shown = candidates[np.sort(np.concatenate([peaks, gaps]))]
    return Window(name, shown, sum(part.count for part in parts), sum(part.nonfinite for part in parts))


def extremes(steps: "NDArray[np.int64]", values: Floats, points: int) -> NDArray[np.intp]:
    """Places of the smallest and largest value of each of about ``points / 2`` stretches, and of the first and last."""
    if len(values) <= points:
        return np.arange(len(values))
    room = (points - 2) // 2 * 2
    in_order = bool((np.diff(steps) >= 0).all())
    arguments = (steps, values) if in_order else (values,)
    chosen = MinMaxDownsampler().downsample(*arguments, n_out=room)
    return np.unique(np.concatenate([[0], chosen.astype(np.intp), [len(values) - 1]]))


def _narrow_steps(steps: "NDArray[np.int64]") -> "NDArray[Any]":
    if len(steps) and int(steps.max()) - int(steps.min()) >= 2**32:
        return steps.astype("<f8")
    return (steps - (steps.min() if len(steps) else 0)).astype("<u4")


def _narrow_values(values: Floats) -> "NDArray[Any]":
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    fits = not len(sizes) or (sizes.max() < 3e38 and sizes.min() > 1.2e-38)
    return values.astype("<f4" if fits else "<f8")


def _padded(part: bytes) -> bytes:
    return part + b"\0" * (-len(part) % 8)
