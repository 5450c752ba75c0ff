"""How an attempt's end becomes the run's: its outcome, the exports that follow, another attempt where one is due."""

from collections.abc import Collection
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from trainer.attempt import events
from trainer.attempt.job import Job
from webapp.assets.models import Asset
from webapp.datasets.models import DatasetVersion
from webapp.runs import states
from webapp.runs.exports import queue_exports
from webapp.runs.models import Attempt, Checkpoint, Kind, Run, State
from webapp.runs.services import DISK_FULL as DISK_FULL
from webapp.runs.services import TO_EVALUATE, while_paused
from webapp.runs.states import Reason

YIELDED = Reason("worker_restarts", "Goes on when the worker is back; the worker is being restarted.")
KILLED = Reason(
    "attempt_killed",
    "Goes on from the last checkpoint: a process of this run was killed by %(signal)s after step %(step)s.",
)
WORKER_LOST = Reason("worker_lost", "Goes on from the last checkpoint: the worker ended without a farewell.")
NO_PROCESS = Reason(
    "no_process",
    "Waits: the worker’s machine could start no further process, or open no further file. End others there, or raise "
    "its limits; it is tried again and again.",
)
FILES_AWAY = Reason("files_away", "Waits for the stored files: the worker could not reach them.")
ROOM_AGAIN = Reason("room_again", "Goes on from the last checkpoint: the worker’s disk can be written to again.")
NOTHING_TO_KEEP = Reason(
    "nothing_to_keep",
    "Was to be stopped, and what it had trained kept; but it was cut off before its first checkpoint. Nothing is "
    "left of it.",
)


def finish(run: Run, ended: events.Ended) -> None:
    """Apply the outcome that training itself wrote, in the transaction that moves the attempt's position."""
    reason = Reason(ended.code, ended.message, ended.params)
    if ended.outcome == "paused":
        _leave_paused(run, reason)
    elif ended.outcome == "failed":
        fail(run, reason)
    else:
        states.move(run.pk, State(ended.outcome), attempt=run.attempt, reason=reason)
        _use(run)


def fail(run: Run, reason: Reason) -> None:
    """The run ends without a result."""
    states.move(run.pk, State.FAILED, attempt=run.attempt, reason=reason)


def go_on(run: Run, reason: Reason) -> None:
    """The run needs another attempt: it waits for one, or stays paused where a person asked for that meanwhile. One
    that was to be stopped does so from its last checkpoint, and ends here without one: it would train a step anew, and
    call that its model.
    """
    if _is_to_keep_nothing(run):
        _fail_empty_handed(run, reason)
    elif wish(run) == "pause":
        states.move(run.pk, State.PAUSED, attempt=run.attempt)
    else:
        states.move(run.pk, State.QUEUED, attempt=run.attempt, reason=reason)


def pause(run: Run, reason: Reason) -> None:
    """The run stays where it is: until there is room where the disk is full, unless a person had
    asked for the pause.
    """
    if _is_to_keep_nothing(run):
        _fail_empty_handed(run, reason)
    else:
        lasting = while_paused(reason) if wish(run) == "pause" else reason
        states.move(run.pk, State.PAUSED, attempt=run.attempt, reason=lasting)


def go_on_if(run_id: UUID, codes: Collection[str], reason: Reason) -> None:
    """A run that is paused for one of these reasons needs to be no more, unless somebody was faster."""
    with transaction.atomic():
        for run in Run.objects.select_for_update().filter(pk=run_id, state=State.PAUSED, reason_code__in=codes):
            go_on(run, reason)


def earlier(attempt: Attempt) -> list[dict[str, Any]]:
    """What is recorded of the ends of the run's attempts before this one, the latest first, but for those that
    began no process.
    """
    attempts = (
        Attempt.objects.filter(run_id=attempt.run_id, number__lt=attempt.number)
        .exclude(exits__cause="no_process")
        .order_by("-number")
    )
    return [record or {} for record in attempts.values_list("exits", flat=True)[:10]]


def unreadable(run: Run, folder: Path) -> list[Checkpoint]:
    """Where the attempt in ``folder`` could not read the checkpoint that it was given: that one and the newer ones,
    which were found damaged before it was given.
    """
    try:
        resumed_from = Path(Job.read(folder).resume or "").name
    except (FileNotFoundError, ValueError):
        return []
    checkpoint = run.checkpoints.filter(artifact=resumed_from).first()
    return list(run.checkpoints.filter(step__gte=checkpoint.step).order_by("step")) if checkpoint else []


def wish(run: Run) -> str:
    """The last of stop, pause and resume that was asked of a run, or nothing. A stop stays."""
    kinds = list(
        run.commands.filter(kind__in=("stop", "pause", "resume")).order_by("-pk").values_list("kind", flat=True)
    )
    return "stop" if "stop" in kinds else kinds[0] if kinds else ""


def _is_to_keep_nothing(run: Run) -> bool:
    """Whether a person wants what was trained so far, and none of it is left."""
    return wish(run) == "stop" and not run.checkpoints.exists()


def _fail_empty_handed(run: Run, cut_off: Reason) -> None:
    fail(run, Reason(NOTHING_TO_KEEP.code, NOTHING_TO_KEEP.sentence, {"cause": cut_off.code}))


def _leave_paused(run: Run, reason: Reason) -> None:
    """Training left after a checkpoint: because the worker restarts, for a person, or for a reason of its own."""
    if reason.code == "yielded":
        go_on(run, YIELDED)
    elif not reason.code and wish(run) == "stop":  # asked for while the checkpoint of the pause was written
        states.move(run.pk, State.QUEUED, attempt=run.attempt, reason=TO_EVALUATE)
    else:
        pause(run, DISK_FULL if reason.code == DISK_FULL.code else reason)


def _use(run: Run) -> None:
    """What follows from a run that ended well."""
    if run.kind == Kind.INSPECT:
        DatasetVersion.objects.filter(runs=run).update(state=DatasetVersion.State.READY)
    elif run.kind == Kind.INSPECT_ASSET:
        Asset.objects.filter(inspection=run).update(state=Asset.State.READY)
    elif run.kind in (Kind.TRAIN, Kind.COMPRESS):
        queue_exports(run)
