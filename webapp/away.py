"""What is answered while the database is away, or another request stands in the way: 503, and when to try again.

Everything that such a request had begun is rolled back. Whether a commit arrived whose answer got lost nobody can tell,
so what makes something is done once however often it is sent (webapp.idempotency.keys, webapp.idempotency.form_keys).
"""

import logging

from django.db import OperationalError
from django.utils.translation import gettext as _

from webapp.http.problems import Problem

AWAY_SECONDS, BUSY_SECONDS = 5, 1
# PostgreSQL's codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
AWAY = {
    "57P01",  # admin_shutdown
    "57P02",  # crash_shutdown
    "57P03",  # cannot_connect_now: it starts or ends
    "57P05",  # idle_session_timeout
    "53300",  # too_many_connections
}
BUSY = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available
}


def problem(error: BaseException | None) -> Problem | None:
    """503 for an error that ends by itself; None for any other, which a second try would meet again.

    A statement that ran out of its time (57014) is one of the others, and so is a disk without room (53100).
    """
    if not isinstance(error, OperationalError):
        return None
    state = getattr(error.__cause__, "sqlstate", None)
    # Without a state the server said nothing: the connection was lost, the pool had none in time, or it is frozen.
    if state is None or state in AWAY or state.startswith("08"):
        return Problem(
            503,
            _("The server cannot reach its database. Nothing that was saved is lost. Try again in some seconds."),
            headers={"Retry-After": str(AWAY_SECONDS)},
        )
    if state in BUSY:
        return Problem(
            503,
            _("Another request was changing the same thing, and this one was not done. Try again."),
            headers={"Retry-After": str(BUSY_SECONDS)},
        )
    return None


class OneLine(logging.Filter):
    """A request that was answered with 503 is one line in the log: the way it came to ask the database is no news."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 0) == 503:
            record.exc_info = record.exc_text = None
        return True
