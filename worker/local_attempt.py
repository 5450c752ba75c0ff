"""An attempt that this machine works on, from its launch until its end is in the database."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models.functions import Now

from trainer.attempt import job
from webapp.runs import checkpoints, states
from webapp.runs.models import Attempt, Checkpoint, Kind, Run
from webapp.runs.services import STEERED
from webapp.runs.states import Reason
from webapp.workers.models import Device
from worker import damage, ends, sessions
from worker.damage import LostCheckpoint
from worker.evidence import End, disk_is_full, read_exits, read_log
from worker.follow import FencedError, Follower, JournalDamagedError
from worker.judge import judge
from worker.memory import Kills
from worker.room import is_want_of_room

log = logging.getLogger(__name__)

COALESCE = 0.05  # seconds from one read of a journal to the next, the first change being read at once
FILES_EVERY = 1.0  # seconds until files that are out of reach are tried again
FILES_PATIENCE = 3600.0  # seconds for which that goes on
SILENCE = 5.0  # seconds without an event until a journal is looked at for damage
LINGER = 15.0  # seconds that processes may take to leave when the run's end is in the database already


@dataclass
class LocalAttempt:
    """What the agent knows of an attempt; ``row`` is the database's. ``ended``: no process of it is left."""

    run_id: UUID
    kind: Kind
    row: Attempt
    folder: Path
    follower: Follower
    pid: int | None = None
    status: int | None = None
    ended: bool = False
    met_full_disk: bool = False  # seen when it ended: by the time the end can be stored there may be room
    oom_kills: int = 0  # likewise: others may be killed for memory after it
    given_up: Reason | None = (
        None  # we ended it ourselves: the reason with which it goes on, or is paused for want of room
    )
    order_given: int = job.GO_ON
    next_read: float = 0.0
    files_due: float = 0.0
    files_away_since: float = 0.0
    finished_at: float = 0.0
    journal_damaged: bool = False
    whole_at: float = field(default_factory=time.monotonic)  # when the journal was last seen to be so
    kills: Kills = field(default_factory=Kills)

    @property
    def steered(self) -> bool:
        """Whether it takes commands, and leaves after a checkpoint when it is asked to."""
        return self.kind in STEERED

    def order(self, order: int) -> None:
        """Tell rank 0 what to do at its next step."""
        if order != self.order_given:
            job.command(self.folder, order)
            self.order_given = order

    def kill(self) -> None:
        """End all its processes now. The warm process reports it as any other end."""
        if self.pid is not None and not self.ended:
            sessions.kill(self.pid)

    def end(self, status: int | None = None) -> None:
        """Nothing of it lives any more; ``status`` is its launcher's, where anybody heard of that."""
        self.status, self.ended, self.oom_kills = status, True, self.kills.lately()
        with suppress(OSError):  # a log that cannot be read tells nothing, and must not leave the run without an end
            self.met_full_disk = self.folder.exists() and disk_is_full(self.folder)

    def give_up(self, reason: Reason) -> None:
        """Kill it, to go on later from the last checkpoint. With a full disk it goes on when there is room."""
        if not self.wants_room:
            self.given_up = reason
        self.kill()

    @property
    def wants_room(self) -> bool:
        return self.given_up == ends.DISK_FULL

    def read_if_grown(self) -> None:
        """Store what the journal has gained, if it is time to. Raises like Follower.follow."""
        began = time.monotonic()
        if began < self.next_read or self.finished_at or self.wants_room or self.journal_damaged:
            return
        if self.follower.grown() and self.follower.follow():
            self.next_read, self.whole_at, self.files_away_since = began + COALESCE, began, 0.0
        elif began > self.whole_at + SILENCE:
            self.follower.check()
            self.whole_at = began
        if self.follower.finished:
            self.finished_at = time.monotonic()

    def waits_for_files(self, error: OSError) -> bool:
        """Try again later what met ``error``: training goes on meanwhile, as without a database. False when it has
        lasted too long.
        """
        now = time.monotonic()
        if not self.files_away_since:
            log.warning("Files of run %s are out of reach, which is tried again: %s", self.run_id, error)
            self.files_away_since = now
        self.files_due = now + FILES_EVERY
        return now < self.files_away_since + FILES_PATIENCE

    def find_damaged(self, error: JournalDamagedError) -> None:
        """Kill it, to go on from the last checkpoint: what its journal holds behind the damage is made again."""
        log.error("Attempt %s of run %s is ended: %s", self.row.number, self.run_id, error)
        self.journal_damaged = True
        self.kill()

    def leave(self) -> None:
        """The run has its end without us, or is not ours any more: kill the attempt and read no further."""
        self.finished_at = time.monotonic()
        self.kill()

    def lingers(self) -> bool:
        """Whether its processes stay although everything is done."""
        return not self.ended and bool(self.finished_at) and time.monotonic() > self.finished_at + LINGER

    def settle(self) -> bool:
        """Store the rest of the journal and the end, and free the devices. May be called again after an error.

        False while there is more to read, or files of the journal's end are still on the way into the store: call it
        again then, too. So others have their turn between two batches of a long journal.
        """
        if not self.finished_at and not self._has_read_all():
            return False
        text = read_log(self.folder) if self.folder.exists() else ""
        with transaction.atomic():
            record = self._close(text)
            Attempt.objects.filter(pk=self.row.pk, ended=None).update(ended=Now(), exits=record)
            Device.objects.filter(attempt_id=self.row.pk).update(attempt=None)
        return True

    def _has_read_all(self) -> bool:
        try:
            if self.journal_damaged or not self.follower.drain():
                return self.journal_damaged
            self.follower.check()
            return True
        except JournalDamagedError as error:
            self.find_damaged(error)
            return True
        except FencedError:
            return True  # what is left in the journal belongs to no run any more; the devices are ours to free
        except (OSError, OperationalError) as error:
            if self.wants_room and is_want_of_room(error):
                return True  # the run goes on from before what is left, and writes it again
            raise

    def _close(self, log: str) -> dict[str, object]:
        """Give the run its next state, if this attempt is still its own and left it none; returns the record."""
        run = states.owned(self.run_id, self.row.number)
        if run is None:
            return {"cause": "reported", "step": 0, "ranks": [vars(item) for item in read_exits(self.folder)]}
        if self.given_up is not None:
            (ends.pause if self.wants_room else ends.go_on)(run, self.given_up)
            return {"cause": "given_up", "step": run.step}
        unreadable = ends.unreadable(run, self.folder)
        verdict = judge(self._end(run, log, unreadable), ends.earlier(self.row))
        if verdict.cause == "damaged":
            checkpoints.drop(unreadable)
        if verdict.cause in ("damaged", "input_damaged"):
            damage.tell(run.pk, verdict.reason)
        {"fail": ends.fail, "go_on": ends.go_on, "pause": ends.pause}[verdict.action](run, verdict.reason)
        return verdict.record()

    def _end(self, run: Run, log: str, unreadable: Sequence[Checkpoint]) -> End:
        return End(
            step=run.step,
            exits=read_exits(self.folder),
            status=self.status,
            oom_kills=self.oom_kills,
            report=self.follower.ended,
            log=log,
            disk_full=self.met_full_disk,
            lost=LostCheckpoint.of(unreadable[0]) if unreadable else None,
            can_wait=damage.can_wait(run),
            journal_damaged=self.journal_damaged,
        )
