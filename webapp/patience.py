"""A database that is there and does not answer: its machine is frozen, or its disk hangs."""

from psycopg import Connection
from psycopg.abc import RV, PQGen
from psycopg.rows import TupleRow

PATIENCE = 15.0  # seconds for one answer; no page of ours needs so long
# A server that does answer ends a statement before that, and says whether it was slow or waited for a lock. The lock's
# time is the shorter one: what waits for a lock is a statement, too.
OPTIONS = f"-c statement_timeout={PATIENCE - 1:.0f}s -c lock_timeout={PATIENCE - 2:.0f}s"


class Impatient(Connection[TupleRow]):
    """A connection whose statements end after PATIENCE with an OperationalError; the pool then closes it.

    TCP's own limits do not see a process that is stopped, and a socket of this machine has none.
    """

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        return super().wait(gen, interval, PATIENCE if timeout is None else timeout)
