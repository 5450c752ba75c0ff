"""A run's stream: everything a browser must learn of, numbered in the transaction that made it true."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from webapp.metrics import store
from webapp.metrics.codec import Batch
from webapp.runs import messages, nudge
from webapp.runs.models import Run, StreamEntry

Body = dict[str, Any]
PASSING = frozenset({"progress"})  # told to who is there, not kept: the run's row says it to who comes later


def record(
    run_id: UUID, *, entries: Sequence[tuple[str, Body]] = (), batch: Batch | None = None, rewind: int | None = None
) -> int:
    """Number and store a rewind, then the points of ``batch``, then ``entries``; tell the browsers on commit.

    Belongs into the caller's transaction; returns the run's last number. Points of training metrics beyond the step of a
    rewind leave the curve. A channel layer that is away changes nothing: browsers learn by asking. Raises Run.DoesNotExist.
    """
    assert connection.in_atomic_block, "record() belongs into the transaction of what it records"
    batch = {name: points for name, points in (batch or {}).items() if len(points)}
    count = (rewind is not None) + bool(batch) + len(entries)
    last = _take_numbers(run_id, count)
    before = seq = last - count
    told = []
    if rewind is not None:
        seq += 1
        store.rewind(run_id, rewind)
        told += _keep(run_id, seq, [("rewind", {"step": rewind})])
    if batch:
        seq += 1
        store.append(run_id, seq, batch)
        told.append(messages.points(seq - 1, seq, batch))
    told += _keep(run_id, seq + 1, entries)
    if count:
        transaction.on_commit(partial(nudge.send_stream, run_id, before, last, told))
    return last


def _take_numbers(run_id: UUID, count: int) -> int:
    """Move the run's stream on by ``count`` under its row lock, which is held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE runs_run SET stream = stream + %s WHERE id = %s RETURNING stream", [count, run_id])
        row = cursor.fetchone()
    if row is None:
        raise Run.DoesNotExist
    return int(row[0])


def _keep(run_id: UUID, seq: int, entries: Sequence[tuple[str, Body]]) -> list[str]:
    """Store ``entries`` under the numbers from ``seq`` on and return their messages."""
    numbered = [(seq + offset, kind, messages.finite(body)) for offset, (kind, body) in enumerate(entries)]
    kept = [StreamEntry(run_id=run_id, seq=n, type=kind, body=text) for n, kind, text in numbered if kind not in PASSING]
    if kept:
        StreamEntry.objects.bulk_create(kept)
    now = time.time()
    return [messages.entry(n, kind, body, now) for n, kind, body in numbered]
