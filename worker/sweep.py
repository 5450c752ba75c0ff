"""What is looked for now and then: leases to renew, leases that ran out, attempts whose worker was killed."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists
from django.db.models.functions import Now

from webapp.runs import states
from webapp.runs.models import Attempt, Run, State
from webapp.workers.models import Device, Worker
from worker import ends
from worker.claim import LEASE
from worker.evidence import End
from worker.folders import Folders
from worker.judge import judge

PATIENCE = LEASE.total_seconds()  # also after an outage of the database: every worker has this long to renew


def renew_leases(attempts: Sequence[int]) -> None:
    """Of attempts that live: whoever sees the time change knows that."""
    if attempts:
        Attempt.objects.filter(pk__in=attempts, ended=None).update(lease_until=Now() + LEASE)


def finds_any(worker: Worker, own: Sequence[int]) -> bool:
    """Whether a run waits, or an attempt is under way that is not among the worker's ``own``: one question in place of
    all that follow.
    """
    waiting = Run.objects.filter(state=State.QUEUED)
    others = Attempt.objects.filter(ended=None).exclude(pk__in=own)
    return Worker.objects.filter(Exists(waiting) | Exists(others), pk=worker.pk).exists()


def orphans(worker: Worker, own: Sequence[int]) -> list[Attempt]:
    """This worker's attempts that nobody works on: an earlier life of the worker was killed."""
    return list(Attempt.objects.filter(worker=worker, ended=None).exclude(pk__in=own).select_related("run"))


class Renewal(NamedTuple):
    """A lease as its row has it, and since when it has been so by this machine's steady clock."""

    until: datetime
    since: float


class Leases:
    """Those of other machines. One has run out when it was not renewed for so many seconds while we looked.

    The time in a row is compared with nothing but itself: a clock that jumps, ours, theirs or the database's, neither
    ends a lease nor keeps one that nobody renews.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._renewals: dict[int, Renewal] = {}

    def expire(self, worker: Worker) -> None:
        """Take runs away from machines that have not been heard of for a lease; their next attempt
        is the run's owner."""
        now = time.monotonic()
        attempts = Attempt.objects.filter(ended=None).exclude(worker=worker)
        before, self._renewals = self._renewals, {}
        for attempt in attempts:
            renewal = Renewal(attempt.lease_until, now)
            earlier = before.get(attempt.pk, renewal)
            self._renewals[attempt.pk] = earlier if earlier.until == renewal.until else renewal
        for attempt in attempts:
            if now - self._renewals[attempt.pk].since >= self._patience:
                _expire(attempt)

    def forget(self) -> None:
        """Look anew: while the database was away, nobody could renew."""
        self._renewals.clear()


def _expire(attempt: Attempt) -> None:
    with transaction.atomic():
        if not Run.objects.select_for_update(skip_locked=True).filter(pk=attempt.run_id).exists():
            return  # somebody holds it at this moment, or fell silent doing so: the database then takes the lock away
        run = states.owned(attempt.run_id, attempt.number)
        verdict = judge(End(step=run.step if run else 0), ends.earlier(attempt))
        row = Attempt.objects.filter(pk=attempt.pk, ended=None, lease_until=attempt.lease_until)
        if not row.update(ended=Now(), exits=verdict.record()):
            return
        Device.objects.filter(attempt_id=attempt.pk).update(attempt=None)
        if run is not None:
            (ends.fail if verdict.action == "fail" else ends.go_on)(run, verdict.reason)


def remove_settled(folders: Folders) -> None:
    """Remove folders of attempts that ended in the database, or are not there any more."""
    for run, number in folders.left_over():
        if not Attempt.objects.filter(run_id=run, number=number, ended=None).exists():
            folders.remove(run, number)
