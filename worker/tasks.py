"""The messages that a worker understands: hints, so that one which is lost, doubled or late does no harm."""

from celery import shared_task

from webapp.runs.broker import CONSIDER
from webapp.trying.exchange import ANSWER
from worker import trying
from worker.waking import wake


@shared_task(name=CONSIDER)
def consider(run_id: str) -> None:
    """Somebody queued this run, or asked something of it: look at the queue now instead of at the next sweep."""
    wake()


@shared_task(name=ANSWER)
def answer(identifier: str) -> None:
    """Somebody asks something of a model, and waits: the question is in the message server's memory."""
    trying.begin(identifier)
