"""Runs that paused because this machine's disk was full go on by themselves when it has room again."""

import shutil
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import F

from webapp.runs.models import Attempt, Run, State
from webapp.workers.models import Worker
from worker import ends

ENOUGH = 16 * 1024 * 1024  # bytes more than there were when the run found no room


class Room:
    """Compares the room there is with what each run met. Where the worker was started since, a run is tried once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._met: dict[UUID, int] = {}
        self._first = True

    def look(self, worker: Worker) -> None:
        """Queue the runs again for which there is room now."""
        free = shutil.disk_usage(self._folder).free
        waiting = _waiting(worker)
        self._met = {run: self._met.get(run, 0 if self._first else free) for run in waiting}
        self._first = False
        for run, met in list(self._met.items()):
            if free >= met + ENOUGH:
                _go_on(run)
                del self._met[run]


def _waiting(worker: Worker) -> list[UUID]:
    """Runs whose last attempt was this worker's and met a full disk."""
    here = Attempt.objects.filter(worker=worker, number=F("run__attempt"))
    full = here.filter(run__state=State.PAUSED, run__reason_code=ends.DISK_FULL.code)
    return list(full.values_list("run_id", flat=True))


def _go_on(run_id: UUID) -> None:
    with transaction.atomic():
        found = Run.objects.select_for_update().filter(pk=run_id, state=State.PAUSED, reason_code=ends.DISK_FULL.code)
        for run in found:
            ends.go_on(run, ends.ROOM_AGAIN)
