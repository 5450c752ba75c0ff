"""Telling the workers that a run waits. A hint only: what is lost here, a worker's sweep finds."""

import logging
from functools import cache
from uuid import UUID

from celery import Celery
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

CONSIDER = "worker.tasks.consider"
# A request waits for the broker at most this long. It tries twice: the first try may meet a connection that went stale.
PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 2, "max_retries": 0, "interval_start": 0}
TWICE = {"max_retries": 1, "interval_start": 0, "interval_step": 0}


@cache
def client() -> Celery:
    """A sender of messages; it knows the task's name only, for the web must not import the worker."""
    app = Celery("trainyard", broker=settings.BROKER_URL, set_as_current=False)
    app.conf.update(broker_transport_options=PATIENCE, broker_connection_timeout=1, task_ignore_result=True)
    return app


def tell_workers(run_id: UUID) -> None:
    """Name the run to some worker once the transaction at hand has committed."""
    transaction.on_commit(lambda: _send(run_id), robust=True)


def _send(run_id: UUID) -> None:
    try:
        client().send_task(CONSIDER, [str(run_id)], retry=True, retry_policy=TWICE)
    except (OperationalError, OSError) as error:
        log.warning("The broker could not be told of run %s (%s); a worker will find it by itself.", run_id, error)
