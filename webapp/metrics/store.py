"""The metric store's writing side: a live tail of flushes that is sealed into chunks. Keeps every point.

All of it belongs into a transaction that holds the run's row lock (webapp.runs.stream takes it).
"""

from uuid import UUID

from django.db import connection

from webapp.metrics import codec
from webapp.metrics.codec import Batch

SEAL_AT = 1024
STAYS_ON_REWIND = "hardware/"


def append(run_id: UUID, seq: int, batch: Batch) -> None:
    """Keep the points of one flush under the stream number ``seq``."""
    longest = max(map(len, batch.values()))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO metrics_tail (run_id, seq, pending, body) SELECT %s, %s, %s + coalesce("
            "(SELECT pending FROM metrics_tail WHERE run_id = %s ORDER BY seq DESC LIMIT 1), 0), %s RETURNING pending",
            [run_id, seq, longest, run_id, codec.encode(batch)],
        )


def rewind(run_id: UUID, step: int) -> None:
    """Drop the points of training metrics beyond ``step``; hardware history stays."""
