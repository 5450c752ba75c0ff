"""The numbers of a run's stream: given under the run's row lock, never twice, never falling."""

from uuid import UUID

from webapp.metrics import raw
from webapp.runs.models import Run

_TAKE = "UPDATE runs_run SET stream = stream + %s WHERE id = %s RETURNING stream"


def take(run_id: UUID, count: int) -> int:
    """Move the run's stream on by ``count`` and return its last number. The row stays locked to the end of the transaction.

    Raises Run.DoesNotExist.
    """
    rows = raw.execute(_TAKE, [count, run_id])
    if not rows:
        raise Run.DoesNotExist
    return int(rows[0][0])
