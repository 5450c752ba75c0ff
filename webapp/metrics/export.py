"""All points of a run, as a table for any program. Read chunk by chunk, so that memory stays flat at any length."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import numpy as np

from webapp.metrics import reading
from webapp.metrics.codec import Points
from webapp.metrics.models import Chunk

HEADER = b"metric,step,value,time\n"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
READ_AT_ONCE = 64  # chunks


def csv(run_id: UUID, names: Sequence[str] | None = None) -> Iterator[bytes]:
    """Lines ``metric,step,value,time``; time is seconds since the epoch (UTC).

    A name that a spreadsheet would take for a formula is marked as text.
    """
    yield HEADER
    for name, points in pieces(run_id, names):
        yield _lines(name, points)


def pieces(run_id: UUID, names: Sequence[str] | None = None) -> Iterator[tuple[str, Points]]:
    """All points in order, some ten thousand at a time, metric by metric."""
    with reading.one_moment():
        series, tail = reading.series(run_id), reading.tail(run_id)
        places = [(name, _places(series[name]) if name in series else []) for name in names or sorted({*series, *tail})]
    # What was in the tail at that moment is in memory: what is sealed from now on is left out of the chunks.
    for name, chunks in places:
        for start in range(0, len(chunks), READ_AT_ONCE):
            yield name, _read(series[name], dict(chunks[start : start + READ_AT_ONCE]))
        if name in tail:
            yield name, tail[name].points


def _places(series_id: int) -> list[tuple[int, int]]:
    """Each chunk's number and the last stream number in it."""
    return list(Chunk.objects.filter(series_id=series_id).order_by("number").values_list("number", "last_seq"))


def _read(series_id: int, last_seqs: dict[int, int]) -> Points:
    chunks = reading.opened(series_id, list(last_seqs))
    parts = [marked.points[marked.seqs <= last_seqs[number]] for number, marked in sorted(chunks.items())]
    return Points.joined(parts)


def _lines(name: str, points: Points) -> bytes:
    """Numbers in the shortest form that reads back the same, as Python writes them; NaN and infinities as
    NaN, inf, -inf.
    """
    first = _quoted(_safe(name))
    values = ["NaN" if value != value else str(value) for value in points.values.tolist()]
    rows = zip(points.steps.tolist(), values, np.round(points.times, 3).tolist(), strict=True)
    return "".join([f"{first},{step},{value},{time}\n" for step, value, time in rows]).encode()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') else text


def _safe(name: str) -> str:
    return f"'{name}" if name.startswith(FORMULA_STARTS) else name
