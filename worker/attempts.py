"""The attempts that this machine works on: reading them, steering them, and what goes wrong with one of them."""

import errno
import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now

from trainer.attempt import job
from trainer.scarce import SCARCE
from webapp.artifacts import store
from webapp.runs import states
from webapp.runs.models import Attempt, Command, Kind, Run, State
from webapp.runs.states import Reason
from worker import ends, sessions
from worker.folders import Folders
from worker.follow import FencedError, Follower, JournalDamagedError
from worker.local_attempt import LocalAttempt
from worker.room import is_want_of_room
from worker.warm import News

log = logging.getLogger(__name__)

# What a disk or a file server says that may answer again later, and a system that is busy.
AWAY = SCARCE | {
    errno.EIO,
    errno.ESTALE,
    errno.ENOTCONN,
    errno.ETIMEDOUT,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ENODEV,
    errno.ENXIO,
}
ORDERS = {"stop": job.STOP, "pause": job.PAUSE}


class Attempts:
    """Attempts that this worker runs, by their folder."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._by_folder: dict[Path, LocalAttempt] = {}

    def __bool__(self) -> bool:
        return bool(self._by_folder)

    def all(self) -> list[LocalAttempt]:
        return list(self._by_folder.values())

    def living(self) -> list[LocalAttempt]:
        return [attempt for attempt in self._by_folder.values() if not attempt.ended]

    def rest(self, longest: float) -> float:
        """Seconds until the next journal that was read may be read again; ``longest`` at most."""
        rests = (attempt.next_read - time.monotonic() for attempt in self._by_folder.values())
        return min([longest, *(rest for rest in rests if rest > 0)])

    def add(self, run: Run, row: Attempt) -> LocalAttempt:
        folder = self._folders.of(run.pk, row.number)
        attempt = LocalAttempt(
            run_id=run.pk,
            kind=Kind(run.kind),
            row=row,
            folder=folder,
            follower=Follower(run.pk, row, folder),
        )
        self._by_folder[folder] = attempt
        return attempt

    def note(self, news: News) -> None:
        """A launcher was forked, or has ended."""
        attempt = self._by_folder.get(news.folder)
        if attempt is None or attempt.ended:
            return
        if news.status is None:
            attempt.pid = news.pid
            self.guarded(attempt, _remember)
            if attempt.given_up is not None or attempt.finished_at:
                attempt.kill()
        else:
            if news.pid is not None:
                sessions.end(news.pid)  # a rank that outlived its launcher
            attempt.end(news.status)

    def lose_all(self) -> None:
        """The warm process is gone, and everything that it forked dies with it."""
        for attempt in self.living():
            if attempt.pid is not None:
                sessions.end(attempt.pid)
            attempt.end()

    def attend(self) -> bool:
        """Read journals that have grown and settle what has ended; True when something was settled."""
        before = len(self._by_folder)
        for attempt in self.all():
            self.guarded(attempt, self._attend)
        return len(self._by_folder) < before

    def send_away(self, in_time: bool) -> None:
        """The worker stops: what can write a checkpoint does; the rest, and what takes too long, begins again later.

        An attempt has no folder while the database is away between its claim and its first file.
        """
        for attempt in self.living():
            if attempt.steered and in_time and attempt.folder.exists():
                self.guarded(attempt, lambda attempt: attempt.order(job.YIELD))
            elif attempt.given_up is None:
                attempt.give_up(ends.YIELDED)

    def obey(self, steer: bool) -> None:
        """Leave runs that are not ours any more, and pass on what people asked of the others."""
        if not self._by_folder:
            return
        runs = Run.objects.in_bulk([attempt.run_id for attempt in self.all()])
        for attempt in self.all():
            run = runs.get(attempt.run_id)
            if run is not None and run.attempt == attempt.row.number and State(run.state) in states.WORKING:
                if steer and attempt.steered:
                    self.guarded(attempt, partial(_pass_on, run))
            elif not attempt.finished_at:
                attempt.leave()

    def guarded(self, attempt: LocalAttempt, step: Callable[[LocalAttempt], None]) -> None:
        """What goes wrong with one attempt ends that attempt only; a database that is away is nobody's fault."""
        try:
            step(attempt)
        except (OperationalError, InterfaceError):
            raise
        except FencedError:
            log.info("Run %s has left attempt %s.", attempt.run_id, attempt.row.number)
            attempt.leave()
        except JournalDamagedError as error:
            attempt.find_damaged(error)
        except OSError as error:
            if is_want_of_room(error):
                attempt.give_up(ends.DISK_FULL)
            elif (error.errno in AWAY or not store.is_in_reach()) and attempt.waits_for_files(error):
                return
            else:
                _fail(attempt, error)
        except Exception as error:  # the outermost frame of this attempt's work, recorded as its end: others go on
            _fail(attempt, error)

    def _attend(self, attempt: LocalAttempt) -> None:
        if time.monotonic() < attempt.files_due:
            return
        attempt.read_if_grown()
        if attempt.lingers():
            attempt.kill()
        if attempt.ended and attempt.settle():
            attempt.follower.close()
            self._folders.remove(attempt.run_id, attempt.row.number)
            del self._by_folder[attempt.folder]


def _remember(attempt: LocalAttempt) -> None:
    assert attempt.pid is not None
    sessions.remember(attempt.folder, attempt.pid)


def _pass_on(run: Run, attempt: LocalAttempt) -> None:
    new = list(Command.objects.filter(run=run, applied=None).values_list("pk", flat=True))
    if new:  # and one that comes from here on has its turn later
        attempt.order(ORDERS.get(ends.wish(run), attempt.order_given))
        Command.objects.filter(pk__in=new).update(applied=Now())


def _fail(attempt: LocalAttempt, error: Exception) -> None:
    log.error("Attempt %s of run %s cannot be followed.", attempt.row.number, attempt.run_id, exc_info=error)
    run = Run.objects.filter(pk=attempt.run_id).first()
    if run is not None and run.attempt == attempt.row.number and not attempt.finished_at:
        ends.fail(
            run,
            Reason(
                "worker_error",
                "The worker could not take in what this run made: %(error)s",
                {"error": str(error) or type(error).__name__},
            ),
        )
    attempt.leave()
