"""The numbers of a run's stream: given under the run's row lock, never twice, never falling."""

from uuid import UUID

from webapp.metrics import binary_sql

_TAKE = "UPDATE runs_run SET stream = stream + %s WHERE id = %s RETURNING stream"


class UnknownRunError(LookupError):
    """The run was deleted meanwhile: nothing is stored for it."""


def take(run_id: UUID, count: int) -> int:
    """Move the run's stream on by ``count`` and return its last number. The row stays locked to the
    end of the transaction.

    Raises UnknownRunError.
    """
    rows = binary_sql.execute(_TAKE, [count, run_id])
    if not rows:
        raise UnknownRunError(run_id)
    return int(rows[0][0])
