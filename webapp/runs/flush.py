"""The short way of most flushes: points alone are numbered and stored, and the reading position
moves, by one statement.

Most of what a small flush costs is the way to the server and back, which a transaction of several statements
(webapp.runs.stream) goes six times. A chunk is sealed behind it, in a transaction of its own.
"""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import transaction

from webapp import nudge
from webapp.metrics import binary_sql, codec, store
from webapp.metrics.codec import Batch
from webapp.runs import messages
from webapp.runs.models import Run
from webapp.runs.states import WORKING

_NUMBER = """
WITH owned AS (
    UPDATE runs_run SET stream = stream + 1, step = %(step)s
    WHERE id = %(run)s AND attempt = %(attempt)s AND state = ANY(%(working)s) AND EXISTS (
        SELECT FROM runs_attempt WHERE run_id = %(run)s AND number = %(attempt)s AND position = %(start)s)
    RETURNING id, stream
), numbered AS (
    UPDATE runs_attempt SET position = %(end)s FROM owned
    WHERE run_id = owned.id AND number = %(attempt)s AND position = %(start)s
    RETURNING owned.id AS run_id, owned.stream AS seq)
"""


@dataclass(frozen=True)
class Stretch:
    """A part of an attempt's journal, in bytes, and the run's step at its end."""

    attempt: int
    start: int
    end: int
    step: int


def points(run_id: UUID, stretch: Stretch, batch: Batch) -> bool:
    """Store what a stretch of journal holds, points alone, and tell the browsers.

    False, with nothing stored, when the attempt is not the run's own any more or the stretch is not the next.
    """
    longest = max(map(len, batch.values()))
    values = {
        "run": run_id,
        "working": sorted(WORKING),
        "longest": longest,
        "body": codec.encode(batch),
        **vars(stretch),
    }
    rows = binary_sql.execute(_NUMBER + store.KEEP, values)
    if not rows:
        return False
    ((seq, pending),) = rows
    message = partial(messages.points, seq - 1, seq, batch)
    news = nudge.News(seq - 1, seq, (message,), sum(map(len, batch.values())) + 1)
    transaction.on_commit(partial(nudge.tell, run_id, news))
    if pending >= store.SEAL_AT:
        _seal(run_id)
    return True


def _seal(run_id: UUID) -> None:
    with transaction.atomic():
        if Run.objects.select_for_update().filter(pk=run_id).only("pk").first() is not None:
            store.seal(run_id)
