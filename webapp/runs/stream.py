"""A run's stream: everything a browser must learn of, numbered in the transaction that made it true."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from webapp import nudge
from webapp.metrics import store, stream_numbers
from webapp.metrics.codec import Batch
from webapp.runs import messages
from webapp.runs.models import StreamEntry

Body = dict[str, Any]
Message = Callable[[], str]
PASSING = frozenset({"progress"})  # told to who is there, not kept: the run's row says it to who comes later


def record(
    run_id: UUID, *, entries: Sequence[tuple[str, Body]] = (), batch: Batch | None = None, rewind: int | None = None
) -> int:
    """Number and store a rewind, then the points of ``batch``, then ``entries``; tell the browsers on commit.

    Belongs into the caller's transaction; returns the run's last number. Points of training metrics beyond
    the step of a rewind leave the curve. A channel layer that is away changes nothing: browsers learn by
    asking. Raises UnknownRunError.
    """
    assert connection.in_atomic_block, "record() belongs into the transaction of what it records"
    news: list[Message] = []
    batch = {name: points for name, points in (batch or {}).items() if len(points)}
    if rewind is not None:
        seq = stream_numbers.take(run_id, 1)
        store.rewind(run_id, rewind)
        news += _keep(run_id, seq, [("rewind", {"step": rewind})])
    count = bool(batch) + len(entries)
    last = store.append(run_id, batch, count) if batch else stream_numbers.take(run_id, count)
    first = last - count + 1
    if batch:
        news.append(partial(messages.points, first - 1, first, batch))  # written out later, and only if it is wanted
    news += _keep(run_id, first + bool(batch), entries)
    if news:
        size = sum(map(len, batch.values())) + len(news)
        before = first - 1 - (rewind is not None)
        transaction.on_commit(partial(nudge.tell, run_id, nudge.News(before, last, tuple(news), size)))
    return last


def _keep(run_id: UUID, seq: int, entries: Sequence[tuple[str, Body]]) -> list[Message]:
    """Store ``entries`` under the numbers from ``seq`` on and return their messages."""
    if not entries:
        return []
    numbered = [(seq + offset, kind, messages.finite(body)) for offset, (kind, body) in enumerate(entries)]
    rows = [
        StreamEntry(run_id=run_id, seq=n, type=kind, body=text) for n, kind, text in numbered if kind not in PASSING
    ]
    if rows:
        StreamEntry.objects.bulk_create(rows)
    now = time.time()
    return [partial(messages.entry, n, kind, body, now) for n, kind, body in numbered]
