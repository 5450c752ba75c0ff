"""What becomes of a run whose stored files are damaged or missing: it is told what is lost, and goes on
wherever it can.

A checkpoint gives way to the one before it, or to the beginning. A run that lacks an input waits at its checkpoint
until the file is back; one without a checkpoint has nothing to wait with.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from trainer.checked import Check
from trainer.errors import DamagedError
from webapp.artifacts import store
from webapp.artifacts.store import MissingError
from webapp.runs import checkpoints, states
from webapp.runs.lineage import inputs_of
from webapp.runs.models import Checkpoint, Run, State
from webapp.runs.services import INPUT_MISSING, STEERED, WAITS_FOR_INPUT
from webapp.runs.states import Reason
from worker import ends

log = logging.getLogger(__name__)

DAMAGED_TO_OLDER = Reason(
    "older_checkpoint",
    "The checkpoint of step %(step)s (file %(file)s) is damaged. Goes on from the one of step %(older)s: %(lost)s "
    "steps are lost and trained again.",
)
DAMAGED_TO_NONE = Reason(
    "no_checkpoint_left",
    "The checkpoint of step %(step)s (file %(file)s) is damaged, and there is no other. Begins anew: %(lost)s steps "
    "are lost and trained again.",
)
MISSING_TO_OLDER = Reason(
    "older_checkpoint",
    "The checkpoint of step %(step)s (file %(file)s) is missing. Goes on from the one of step %(older)s: %(lost)s "
    "steps are lost and trained again.",
)
MISSING_TO_NONE = Reason(
    "no_checkpoint_left",
    "The checkpoint of step %(step)s (file %(file)s) is missing, and there is no other. Begins anew: %(lost)s steps "
    "are lost and trained again.",
)
MISSING: Mapping[str, str] = {
    "prepared": _(
        "The prepared data are missing: the file %(file)s is not in the store. Restore it from a backup, or "
        "import the data set again."
    ),
    "model": _(
        "The model is missing: the file %(file)s is not in the store. Restore it from a backup, or train the "
        "model again."
    ),
    "upload": _(
        "What was uploaded is missing: the file %(file)s is not in the store. Restore it from a backup, or "
        "send it again."
    ),
    "asset": _(
        "An asset is missing: the file %(file)s is not in the store. Restore it from a backup, or upload the asset "
        "again and choose that."
    ),
}
DAMAGED_WHILE_TRAINING: Mapping[str, str] = {
    "prepared": _(
        "The prepared data are damaged: the file %(file)s is not what was stored. Restore it from a backup: "
        "the run then goes on by itself from its last checkpoint."
    ),
    "model": _(
        "The model is damaged: the file %(file)s is not what was stored. Restore it from a backup: the run then "
        "goes on by itself from its last checkpoint."
    ),
    "asset": _(
        "An asset is damaged: the file %(file)s is not what was stored. Restore it from a backup: the run then goes on "
        "by itself from its last checkpoint."
    ),
}
MISSING_WHILE_TRAINING: Mapping[str, str] = {
    "prepared": _(
        "The prepared data are missing: the file %(file)s is not in the store. Restore it from a backup: the "
        "run then goes on by itself from its last checkpoint."
    ),
    "asset": _(
        "An asset is missing: the file %(file)s is not in the store. Restore it from a backup: the run then goes on by "
        "itself from its last checkpoint."
    ),
    "model": _(
        "The model is missing: the file %(file)s is not in the store. Restore it from a backup: the run then "
        "goes on by itself from its last checkpoint."
    ),
}
INPUT_IS_BACK = Reason(
    "input_is_back", "Goes on from the last checkpoint: the file that was damaged or missing is back."
)


@dataclass(frozen=True)
class LostCheckpoint:
    """A checkpoint that is of no use any more, and the step of the one that takes its place, if there is one."""

    step: int
    file: str
    older: int | None

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> "LostCheckpoint":
        older = Checkpoint.objects.filter(run=checkpoint.run_id, step__lt=checkpoint.step).order_by("-step").first()
        return cls(checkpoint.step, checkpoint.artifact_id, older.step if older else None)

    def reason(self, step: int, *, missing: bool = False) -> Reason:
        """Why a run that stood at ``step`` goes on from elsewhere."""
        to_older, to_none = (MISSING_TO_OLDER, MISSING_TO_NONE) if missing else (DAMAGED_TO_OLDER, DAMAGED_TO_NONE)
        reason = to_none if self.older is None else to_older
        facts = {"step": self.step, "file": self.file[:12], "lost": max(step, self.step) - (self.older or 0)}
        return Reason(reason.code, reason.sentence, facts if self.older is None else {**facts, "older": self.older})


def lose_missing(run: Run, error: MissingError) -> None:
    """A file that an attempt was to read is not there: the attempt has not begun, and what becomes of its
    run is told."""
    with transaction.atomic():
        owned = states.owned(run.pk, run.attempt)
        if owned is None:
            return
        checkpoint = owned.checkpoints.filter(artifact=error.sha256).first()
        if checkpoint is not None:
            reason = LostCheckpoint.of(checkpoint).reason(owned.step, missing=True)
            checkpoints.drop([checkpoint])
            ends.go_on(owned, reason)
        else:
            reason = _about_missing_input(owned, error)
            (ends.pause if can_wait(owned) else ends.fail)(owned, reason)
    tell(run.pk, reason)


def tell(run_id: UUID, reason: Reason) -> None:
    """In the worker's own log, which whoever runs the machine reads."""
    log.warning("Run %s: %s", run_id, reason.sentence % reason.params)


def can_wait(run: Run) -> bool:
    """Whether the run has something to go on from once its input is back."""
    return run.kind in STEERED and run.checkpoints.exists()


def about_damaged_input(message: str, params: Mapping[str, str]) -> Reason:
    """The reason for which a run waits that was told so by its training: ``message`` is one of DamagedError's."""
    role = next((role for role, sentence in DamagedError.SENTENCES.items() if sentence == message), "prepared")
    return Reason(DamagedError.CODE, DAMAGED_WHILE_TRAINING[role], dict(params))


def _about_missing_input(run: Run, error: MissingError) -> Reason:
    roles = [edge.role.partition(":")[0] for edge in inputs_of(run) if edge.artifact_id == error.sha256]
    sentences = MISSING_WHILE_TRAINING if can_wait(run) else MISSING
    return Reason(INPUT_MISSING, sentences[roles[0] if roles else "prepared"], {"file": error.sha256[:12]})


class Repairs:
    """Watches the files for which runs wait: each is read once, and again when it looks otherwise."""

    def __init__(self) -> None:
        # By SHA-256: what the file looked like, and the reading of it once it has looked so twice.
        self._checks: dict[str, tuple[str, Check | None]] = {}

    def look(self) -> None:
        """Queue the runs whose inputs are all whole again."""
        waiting = Run.objects.filter(state=State.PAUSED, reason_code__in=WAITS_FOR_INPUT)
        inputs = {run.pk: {edge.artifact_id: edge.role for edge in inputs_of(run)} for run in waiting}
        for run_id, roles in inputs.items():
            whole = [self._is_whole(sha256, role) for sha256, role in roles.items()]  # all are read at once
            if all(whole):
                ends.go_on_if(run_id, WAITS_FOR_INPUT, INPUT_IS_BACK)
        for sha256 in self._checks.keys() - {sha256 for roles in inputs.values() for sha256 in roles}:
            if (check := self._checks.pop(sha256)[1]) is not None:
                check.abandon()

    def _is_whole(self, sha256: str, role: str) -> bool:
        """Whether all of the file has been read and is right. A thread reads it; the time stamp only tells when to
        read it again."""
        try:
            path = store.local_path(sha256)
            mark = _mark(path)
            before, check = self._checks.get(sha256, ("", None))
            if before != mark and check is not None:
                check.abandon()  # it changes yet: whoever puts it back is not done
                check = None
            elif check is None and before == mark:
                check = Check(path, sha256, role)
            self._checks[sha256] = mark, check
            return check is not None and check.has_passed(wait=False)
        except (MissingError, DamagedError, OSError):
            return False


def _mark(path: Path) -> str:
    status = path.stat()
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
