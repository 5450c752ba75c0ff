"""The metric store's writing side: a live tail of flushes that is sealed into chunks. Keeps every point.

All of it belongs into a transaction that holds the run's row lock (webapp.runs.stream takes it).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from uuid import UUID

import numpy as np
from django.db import connection

from webapp.metrics import binary_sql, chunk, codec, stream_numbers
from webapp.metrics.chunk import Marked, Together
from webapp.metrics.codec import Batch, Points
from webapp.metrics.models import Chunk, Series, Tail
from webapp.metrics.stream_numbers import UnknownRunError

Row = tuple[object, ...]
SEAL_AT = 1024
REOPEN_BELOW = SEAL_AT // 2  # a short last chunk, as sparse metrics have, is filled up rather than followed by another
GOES_STRAIGHT_INTO_CHUNKS = SEAL_AT // 2
STAYS_ON_REWIND = "hardware/"
_INSERT_CHUNK = """
COPY metrics_chunk (series_id, number, count, first_seq, last_seq, low_step, high_step, summary, stretches, body)
FROM STDIN (FORMAT BINARY)
"""
_CHUNK_TYPES = ("int8", "int4", "int4", "int8", "int8", "int8", "int8", "bytea", "bytea", "bytea")
# Keeps one flush under the number that ``numbered`` gives to a run.
KEEP = """
INSERT INTO metrics_tail (run_id, seq, pending, body)
SELECT run_id, seq, %(longest)s + coalesce(
    (SELECT pending FROM metrics_tail WHERE run_id = %(run)s ORDER BY seq DESC LIMIT 1), 0), %(body)s
FROM numbered RETURNING seq, pending
"""
# The numbers are taken and the flush is kept by one statement: half of the cost of a small flush is the way to the
# server.
_NUMBER = """
WITH numbered AS (
    UPDATE runs_run SET stream = stream + %(numbers)s WHERE id = %(run)s
    RETURNING id AS run_id, stream - %(numbers)s + 1 AS seq)
"""
_OPEN_CHUNKS = """
SELECT DISTINCT ON (series_id) series_id, number, CASE WHEN count < %s THEN body END
FROM metrics_chunk WHERE series_id = ANY(%s) ORDER BY series_id, number DESC
"""


def append(run_id: UUID, batch: Batch, numbers: int = 1) -> int:
    """Take the next ``numbers`` of the run's stream and keep the points of one flush under the first; return the last.

    Seals when enough has come together. Raises UnknownRunError.
    """
    longest = max(map(len, batch.values()))
    if longest >= GOES_STRAIGHT_INTO_CHUNKS:
        last = stream_numbers.take(run_id, numbers)
        seal(run_id, (last - numbers + 1, batch))
        return last
    values = {"run": run_id, "numbers": numbers, "longest": longest, "body": codec.encode(batch)}
    rows = binary_sql.execute(_NUMBER + KEEP, values)
    if not rows:
        raise UnknownRunError(run_id)
    ((seq, pending),) = rows
    if pending >= SEAL_AT:
        seal(run_id)
    return int(seq) + numbers - 1


def seal(run_id: UUID, *more: tuple[int, Batch]) -> None:
    """Turn the tail of a run, and flushes that are in no row yet, into chunks."""
    rows = binary_sql.execute("DELETE FROM metrics_tail WHERE run_id = %s RETURNING seq, body", [run_id])
    groups = chunk.together([*((seq, codec.decode(body)) for seq, body in sorted(rows)), *more])
    _add_chunks(_series(run_id, [name for group in groups for name in group.values]), groups)


def rewind(run_id: UUID, step: int) -> None:
    """Drop the points of training metrics beyond ``step``; hardware history stays."""
    _rewind_tail(run_id, step)
    cut = Chunk.objects.filter(series__run=run_id, high_step__gt=step).exclude(series__name__startswith=STAYS_ON_REWIND)
    for series, number, body in cut.values_list("series_id", "number", "body"):
        marked = chunk.decode(body)
        remaining = marked[marked.points.steps <= step]
        place = Chunk.objects.filter(series_id=series, number=number)
        place.delete()
        if len(remaining):
            _insert(_rows(Together.of("", remaining), {"": series}, {"": number}))


def _rewind_tail(run_id: UUID, step: int) -> None:
    for seq, body in _tail(run_id):
        batch = codec.decode(body)
        remaining = {name: points[_survives(name, points.steps, step)] for name, points in batch.items()}
        if sum(map(len, remaining.values())) < sum(map(len, batch.values())):
            Tail.objects.filter(run=run_id, seq=seq).update(body=codec.encode(remaining))


def _survives(name: str, steps: codec.Integers, step: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return np.ones(len(steps), bool) if name.startswith(STAYS_ON_REWIND) else steps <= step


def _tail(run_id: UUID) -> list[tuple[int, bytes]]:
    rows = binary_sql.execute("SELECT seq, body FROM metrics_tail WHERE run_id = %s ORDER BY seq", [run_id])
    return [(seq, body) for seq, body in rows]


def _series(run_id: UUID, names: Iterable[str]) -> dict[str, int]:
    """The numbers of a run's series by name; those that are new are made."""
    numbers = dict(binary_sql.execute("SELECT name, id FROM metrics_series WHERE run_id = %s", [run_id]))
    if missing := [Series(run_id=run_id, name=name) for name in names if name not in numbers]:
        numbers |= {series.name: series.pk for series in Series.objects.bulk_create(missing)}
    return numbers


def _add_chunks(ids: Mapping[str, int], groups: Iterable[Together]) -> None:
    last = _last_chunks(list(ids.values()))
    rows: list[Row] = []
    for group in groups:
        numbers = {name: last.get(ids[name], (-1, None))[0] + 1 for name in group.values}
        short = {name for name in group.values if last.get(ids[name], (-1, None))[1] is not None}
        full = {name: values for name, values in group.values.items() if name not in short}
        rows += _rows(replace(group, values=full), ids, numbers) if full else ()
        for name in short:
            rows += _refill(ids[name], numbers[name] - 1, last[ids[name]][1] or b"", group.marked(name))
    _insert(rows)


def _refill(series: int, number: int, body: bytes, more: Marked) -> Iterator[Row]:
    """The rows that take the place of a short last chunk, which is deleted."""
    Chunk.objects.filter(series_id=series, number=number).delete()
    return _rows(Together.of("", Marked.joined([chunk.decode(body), more])), {"": series}, {"": number})


def _last_chunks(series: list[int]) -> dict[int, tuple[int, bytes | None]]:
    """The number of each series' last chunk, with its body where it is short."""
    return {row[0]: (row[1], row[2]) for row in binary_sql.execute(_OPEN_CHUNKS, [REOPEN_BELOW, series])}


def _insert(rows: Iterable[Row]) -> None:
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(_INSERT_CHUNK) as copy:
        copy.set_types(_CHUNK_TYPES)
        for row in rows:
            copy.write_row(row)


def _rows(group: Together, ids: Mapping[str, int], first: Mapping[str, int]) -> Iterator[Row]:
    """The rows of new chunks; ``first`` is the number of each metric's first."""
    for at, part in enumerate(group.split(SEAL_AT)):
        bounds = (int(part.seqs[0]), int(part.seqs[-1]), int(part.steps.min()), int(part.steps.max()))
        for name, body in part.bodies():
            number = first[name] + at
            summaries = chunk.summary(number, Points(part.steps, part.values[name], part.times))
            yield (ids[name], number, len(part.seqs), *bounds, *summaries, body)
