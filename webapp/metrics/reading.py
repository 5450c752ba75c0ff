"""The metric store's reading side: sealed chunks and the live tail of a run as of one moment."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from webapp.metrics import binary_sql, chunk, codec
from webapp.metrics.chunk import Marked, Records
from webapp.metrics.models import Chunk, Series

_SUMMARIES = """
SELECT coalesce(string_agg(summary, '' ORDER BY number), '') FROM metrics_chunk
WHERE series_id = %s AND high_step >= %s AND low_step <= %s
"""
_STRETCHES = """
SELECT coalesce(string_agg(stretches, '' ORDER BY number), '') FROM metrics_chunk
WHERE series_id = %s AND number = ANY(%s)
"""
_TAIL = "SELECT seq, body FROM metrics_tail WHERE run_id = %s AND seq > %s ORDER BY seq"
_FIRST, _LAST = -(2**63), 2**63 - 1


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is of one moment: a seal in between neither hides points nor shows them twice."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def names(run_id: UUID) -> list[str]:
    """The metrics that a run has, sealed or not, in alphabetical order."""
    return sorted({*series(run_id), *tail(run_id)})


def series(run_id: UUID) -> dict[str, int]:
    """The numbers of the metrics of which something is sealed."""
    return dict(Series.objects.filter(run=run_id).values_list("name", "id"))


def tail(run_id: UUID, after: int = 0) -> dict[str, Marked]:
    """Points that are not sealed yet and whose stream number is above ``after``, by metric."""
    parts: dict[str, list[Marked]] = {}
    for seq, body in binary_sql.execute(_TAIL, [run_id, after]):
        for name, points in codec.decode(body).items():
            parts.setdefault(name, []).append(Marked.of(seq, points))
    return {name: Marked.joined(marked) for name, marked in parts.items()}


def summaries(series_id: int, first: int | None, last: int | None) -> Records:
    """The summaries of the chunks that may hold steps from ``first`` to ``last``, in order, without opening a chunk."""
    bounds = (_FIRST if first is None else first, _LAST if last is None else last)
    ((packed,),) = binary_sql.execute(_SUMMARIES, [series_id, *bounds])
    return np.frombuffer(packed, chunk.SUMMARY)


def stretches(series_id: int, numbers: NDArray[np.int32]) -> Records:
    """The extremes of each eighth of the chunks with these numbers, in order."""
    ((packed,),) = binary_sql.execute(_STRETCHES, [series_id, numbers.tolist()])
    return np.frombuffer(packed, chunk.STRETCH)


def opened(series_id: int, numbers: "Sequence[int] | NDArray[np.int32]") -> dict[int, Marked]:
    """The points of the chunks with these numbers."""
    statement = "SELECT number, body FROM metrics_chunk WHERE series_id = %s AND number = ANY(%s)"
    rows = binary_sql.execute(statement, [series_id, [int(number) for number in numbers]])
    return {number: chunk.decode(body) for number, body in rows}


def sealed_after(run_id: UUID, after: int) -> dict[str, Marked]:
    """Sealed points whose stream number is above ``after``, by metric."""
    rows = Chunk.objects.filter(series__run=run_id, last_seq__gt=after).order_by("series", "number")
    parts: dict[str, list[Marked]] = {}
    for name, body in rows.values_list("series__name", "body").iterator(chunk_size=200):
        marked = chunk.decode(body)
        parts.setdefault(name, []).append(marked[marked.seqs > after])
    return {name: Marked.joined(marked) for name, marked in parts.items()}


def count_after(run_id: UUID, after: int) -> int:
    """At least as many points as are sealed with a stream number above ``after``."""
    return sum(Chunk.objects.filter(series__run=run_id, last_seq__gt=after).values_list("count", flat=True))


def after(run_id: UUID, after: int) -> dict[str, Marked]:
    """All points whose stream number is above ``after``, by metric."""
    sealed, live = sealed_after(run_id, after), tail(run_id, after)
    both = {name: [part[name] for part in (sealed, live) if name in part] for name in {**sealed, **live}}
    return {name: Marked.joined(parts) for name, parts in both.items()}
