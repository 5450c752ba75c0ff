"""The metric store's reading side: sealed chunks and the live tail of a run as of one moment."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from webapp.metrics import chunk, codec
from webapp.metrics.chunk import Marked
from webapp.metrics.models import Chunk, Series, Tail

Summaries = np.ndarray[tuple[int], np.dtype[np.void]]

_COPY_HEADER = 19  # bytes: signature, flags, no extension
_COPY_END = 2
_KINDS = {
    **dict.fromkeys(("number", "count", "nonfinite"), ">i4"),
    **dict.fromkeys(("low_step", "high_step", "first_step", "last_step", "minimum_step", "maximum_step", "nonfinite_step"), ">i8"),
    **dict.fromkeys(("first", "last", "minimum", "maximum"), ">f8"),
    **dict.fromkeys(("first_time", "last_time", "minimum_time", "maximum_time", "nonfinite_time"), ">f8"),
}
_ROW = np.dtype([("fields", ">i2"), *((part, kind) for name, kind in _KINDS.items() for part, kind in ((f"{name}?", ">i4"), (name, kind)))])


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
    for seq, body in Tail.objects.filter(run=run_id, seq__gt=after).order_by("seq").values_list("seq", "body"):
        for name, points in codec.decode(body).items():
            parts.setdefault(name, []).append(Marked.of(seq, points))
    return {name: Marked.joined(marked) for name, marked in parts.items()}


def summaries(series_id: int, first: int | None, last: int | None) -> Summaries:
    """The summaries of the chunks that may hold steps from ``first`` to ``last``, in order, without opening a chunk."""
    where = f"series_id = {series_id:d}"
    where += f" AND high_step >= {first:d}" if first is not None else ""
    where += f" AND low_step <= {last:d}" if last is not None else ""
    query = f"COPY (SELECT {', '.join(_KINDS)} FROM metrics_chunk WHERE {where} ORDER BY number) TO STDOUT (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        data = b"".join(copy)
    return np.frombuffer(data[_COPY_HEADER : len(data) - _COPY_END], _ROW)


def opened(series_id: int, numbers: "Sequence[int] | NDArray[np.int32]") -> dict[int, Marked]:
    """The points of the chunks with these numbers."""
    rows = Chunk.objects.filter(series_id=series_id, number__in=[int(n) for n in numbers]).values_list("number", "body")
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
