"""What one rank of an attempt does: read the job, do it, write how it ended."""

import errno
import importlib
import os
import sys
import traceback
from pathlib import Path

from trainer import scarce
from trainer.attempt import events
from trainer.attempt.job import DAMAGED, DISK_FULL, NO_PROCESS, PEER_LOST, UNEXPECTED, Job
from trainer.attempt.journal import Journal, Unwritten
from trainer.attempt.processes import kill_siblings
from trainer.errors import DamagedError, TrainerError
from trainer.sentences import gettext_noop as _

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
WORK = {
    "train": ("trainer.training.train", "train"),
    "compress": ("trainer.compressing.compress", "compress"),
    "export": ("trainer.proving.export", "export"),
    "inspect": ("trainer.importing.inspect", "inspect"),
    "inspect_asset": ("trainer.importing.inspect_asset", "inspect_asset"),
    "preview": ("trainer.previewing.preview", "preview"),
}


def run_attempt(folder: Path) -> int:
    """Do the job in ``folder``; the exit code is 0 when the journal says how it ended (see trainer.attempt.job
    for the others).
    """
    try:
        journal = Journal(folder / "journal") if os.environ.get("RANK", "0") == "0" else Unwritten()
    except OSError as error:
        return _disk_full(None, error)
    code = 0
    try:
        ended = _work(folder, journal)
    except TrainerError as error:
        if error.__cause__ is not None:
            traceback.print_exc()
        ended = events.Ended(outcome="failed", code=error.code, message=error.message, params=error.params)
        code = DAMAGED if isinstance(error, DamagedError) else 0
    except OSError as error:
        return _disk_full(journal, error)
    except Exception as error:  # the process's outermost loop: whatever it was is recorded
        return _unexpected(journal, error)
    try:
        journal.write(ended)
        journal.sync()
    except OSError as error:
        return _disk_full(None, error)
    return code or _leave()


def _work(folder: Path, journal: Journal) -> events.Ended:
    job = Job.read(folder)
    module, name = WORK[job.spec.kind]
    (folder / "out").mkdir(exist_ok=True)
    ended: events.Ended | None = getattr(importlib.import_module(module), name)(job, folder, journal)
    return ended or events.Ended(outcome="succeeded")


def _disk_full(journal: Journal | None, error: OSError) -> int:
    """A full disk pauses the run; where even the journal has no room for that, the exit code says it."""
    if error.errno not in NO_ROOM:
        return _unexpected(journal, error)
    traceback.print_exc()
    try:
        if journal is not None:
            journal.write(
                events.Ended(
                    outcome="paused",
                    code="disk_full",
                    message=_(
                        "The disk is full, or can only be read. Make room, or mount it for "
                        "writing, then resume; nothing up to the last checkpoint is lost."
                    ),
                )
            )
            journal.sync()
    except OSError:
        traceback.print_exc()
    return DISK_FULL


def _unexpected(journal: Journal | None, error: Exception) -> int:
    """An error that is ours, a peer's or the machine's. Only ours is a verdict: of others the agent judges
    from all ranks."""
    traceback.print_exc()
    if scarce.is_cause(error):
        return NO_PROCESS
    if _is_peer_lost(error):
        return PEER_LOST
    try:
        if journal is not None:
            journal.write(
                events.Ended(
                    outcome="failed",
                    code="unexpected",
                    message=_("The run ended by an unexpected error: %(error)s. The log of the rank tells where."),
                    params={"error": f"{type(error).__name__}: {error}"[:500]},
                )
            )
            journal.sync()
    except OSError:
        traceback.print_exc()
    return UNEXPECTED


def _is_peer_lost(error: Exception) -> bool:
    """Whether this is about another rank. One that hangs would not heed the launcher's SIGTERM, and is
    killed from here.
    """
    parallel = sys.modules.get("trainer.training.parallel")  # absent when nothing was parallel
    if parallel is None or not isinstance(error, parallel.PeerLostError):
        return False
    if error.hangs:
        kill_siblings()
    return True


def _leave() -> int:
    """The orderly end of the ranks. All is written by now, so a peer that is lost here changes nothing."""
    parallel = sys.modules.get("trainer.training.parallel")
    try:
        if parallel is not None:
            parallel.leave()
    except parallel.PeerLostError:  # type: ignore[union-attr]
        traceback.print_exc()
    return 0
