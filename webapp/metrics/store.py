"""The metric store's writing side: a live tail of flushes that is sealed into chunks. Keeps every point.

All of it belongs into a transaction that holds the run's row lock (webapp.runs.stream takes it).
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

import numpy as np
from django.db import connection

from webapp.metrics import chunk, codec, raw
from webapp.metrics.chunk import Marked
from webapp.metrics.codec import Batch
from webapp.metrics.models import Chunk, Series, Tail

SEAL_AT = 1024
REOPEN_BELOW = SEAL_AT // 2  # a short last chunk, as sparse metrics have, is filled up rather than followed by another
GOES_STRAIGHT_INTO_CHUNKS = SEAL_AT // 2
STAYS_ON_REWIND = "hardware/"
_INSERT_CHUNK = """
COPY metrics_chunk (series_id, number, count, first_seq, last_seq, low_step, high_step, summary, body)
FROM STDIN (FORMAT BINARY)
"""
_CHUNK_TYPES = ("int8", "int4", "int4", "int8", "int8", "int8", "int8", "bytea", "bytea")
_INSERT_TAIL = """
INSERT INTO metrics_tail (run_id, seq, pending, body)
SELECT %s, %s, %s::int + coalesce((SELECT pending FROM metrics_tail WHERE run_id = %s ORDER BY seq DESC LIMIT 1), 0), %s
RETURNING pending
"""
_OPEN_CHUNKS = """
SELECT DISTINCT ON (series_id) series_id, number, CASE WHEN count < %s THEN body END
FROM metrics_chunk WHERE series_id = ANY(%s) ORDER BY series_id, number DESC
"""


def append(run_id: UUID, seq: int, batch: Batch) -> None:
    """Keep the points of one flush under the stream number ``seq``; seal when enough have come together."""
    longest = max(map(len, batch.values()))
    if longest >= GOES_STRAIGHT_INTO_CHUNKS:
        return seal(run_id, (seq, batch))
    ((pending,),) = raw.execute(_INSERT_TAIL, [run_id, seq, longest, run_id, codec.encode(batch)])
    if pending >= SEAL_AT:
        seal(run_id)
    return None


def seal(run_id: UUID, *more: tuple[int, Batch]) -> None:
    """Turn the tail of a run, and flushes that are in no row yet, into chunks."""
    flushes = [(seq, codec.decode(body)) for seq, body in _tail(run_id)]
    parts: dict[str, list[Marked]] = {}
    for seq, batch in (*flushes, *more):
        for name, points in batch.items():
            parts.setdefault(name, []).append(Marked.of(seq, points))
    _add_chunks(_series(run_id, parts), {name: Marked.joined(marked) for name, marked in parts.items()})
    if flushes:
        raw.execute("DELETE FROM metrics_tail WHERE run_id = %s", [run_id])


def rewind(run_id: UUID, step: int) -> None:
    """Drop the points of training metrics beyond ``step``; hardware history stays."""
    _rewind_tail(run_id, step)
    cut = Chunk.objects.filter(series__run=run_id, high_step__gt=step).exclude(series__name__startswith=STAYS_ON_REWIND)
    for series, number, body in cut.values_list("series_id", "number", "body"):
        marked = chunk.decode(body)
        left = marked[marked.points.steps <= step]
        place = Chunk.objects.filter(series_id=series, number=number)
        place.delete()
        if len(left):
            _insert([_row(series, number, left)])


def _rewind_tail(run_id: UUID, step: int) -> None:
    for seq, body in _tail(run_id):
        batch = codec.decode(body)
        left = {name: points[_survives(name, points.steps, step)] for name, points in batch.items()}
        if sum(map(len, left.values())) < sum(map(len, batch.values())):
            Tail.objects.filter(run=run_id, seq=seq).update(body=codec.encode(left))


def _survives(name: str, steps: codec.Integers, step: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return np.ones(len(steps), bool) if name.startswith(STAYS_ON_REWIND) else steps <= step


def _tail(run_id: UUID) -> list[tuple[int, bytes]]:
    rows = raw.execute("SELECT seq, body FROM metrics_tail WHERE run_id = %s ORDER BY seq", [run_id])
    return [(seq, body) for seq, body in rows]


def _series(run_id: UUID, names: Iterable[str]) -> dict[str, int]:
    """The numbers of a run's series by name; those that are new are made."""
    known = dict(Series.objects.filter(run=run_id).values_list("name", "id"))
    if missing := [Series(run_id=run_id, name=name) for name in names if name not in known]:
        known |= {series.name: series.pk for series in Series.objects.bulk_create(missing)}
    return known


def _add_chunks(ids: Mapping[str, int], parts: Mapping[str, Marked]) -> None:
    last = _last_chunks([ids[name] for name in parts])
    rows = []
    for name, marked in parts.items():
        number, body = last.get(ids[name], (-1, None))
        if body is not None:
            number, marked = number - 1, Marked.joined([chunk.decode(body), marked])
        rows += [_row(ids[name], number + 1 + at, part) for at, part in enumerate(marked.split(SEAL_AT))]
    for series, (number, body) in last.items():
        if body is not None:
            Chunk.objects.filter(series_id=series, number=number).delete()
    _insert(rows)


def _last_chunks(series: list[int]) -> dict[int, tuple[int, bytes | None]]:
    """The number of each series' last chunk, with its body where it is short."""
    return {row[0]: (row[1], row[2]) for row in raw.execute(_OPEN_CHUNKS, [REOPEN_BELOW, series])}


def _insert(rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(_INSERT_CHUNK) as copy:
        copy.set_types(_CHUNK_TYPES)
        for row in rows:
            copy.write_row(row)


def _row(series: int, number: int, marked: Marked) -> tuple[object, ...]:
    summary, steps = chunk.summary(number, marked), marked.points.steps
    bounds = (int(marked.seqs[0]), int(marked.seqs[-1]), int(steps.min()), int(steps.max()))
    return (series, number, len(marked), *bounds, summary.tobytes(), chunk.encode(marked))
