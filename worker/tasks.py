"""The message that a worker understands: a hint, so that one which is lost, doubled or late does no harm."""

from celery import shared_task

from webapp.runs.broker import CONSIDER
from worker.waking import wake


@shared_task(name=CONSIDER)
def consider(run_id: str) -> None:
    """Somebody queued this run, or asked something of it: look at the queue now instead of at the next sweep."""
    wake()
