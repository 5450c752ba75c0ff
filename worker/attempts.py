"""The attempts that this machine works on: reading them, steering them, and what goes wrong with one of them."""

import errno
import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now

from trainer import job
from trainer.scarce import SCARCE
from webapp.artifacts import store
from webapp.runs import states
from webapp.runs.models import Attempt, Command, Kind, Run, State
from webapp.runs.states import Reason
from worker import ends, sessions
from worker.folders import Folders
from worker.follow import FencedError, Follower, JournalDamagedError
from worker.held import Held
from worker.room import is_want_of_room
from worker.warm import News

log = logging.getLogger(__name__)

# What a disk or a file server says that may answer again later, and a system that is busy.
AWAY = SCARCE | {errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH,
                 errno.ENODEV, errno.ENXIO}
ORDERS = {"stop": job.STOP, "pause": job.PAUSE}


class Attempts:
    """Held attempts by their folder."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._held: dict[Path, Held] = {}

    def __bool__(self) -> bool:
        return bool(self._held)

    def all(self) -> list[Held]:
        return list(self._held.values())

    def living(self) -> list[Held]:
        return [held for held in self._held.values() if not held.ended]

    def rest(self, longest: float) -> float:
        """Seconds until the next journal that was read may be read again; ``longest`` at most."""
        rests = (held.next_read - time.monotonic() for held in self._held.values())
        return min([longest, *(rest for rest in rests if rest > 0)])

    def hold(self, run: Run, attempt: Attempt) -> Held:
        folder = self._folders.of(run.pk, attempt.number)
        held = Held(
            run_id=run.pk,
            kind=Kind(run.kind),
            attempt=attempt,
            folder=folder,
            follower=Follower(run.pk, attempt, folder),
        )
        self._held[folder] = held
        return held

    def note(self, news: News) -> None:
        """A launcher was forked, or has ended."""
        held = self._held.get(news.folder)
        if held is None or held.ended:
            return
        if news.status is None:
            held.pid = news.pid
            self.guarded(held, _remember)
            if held.given_up is not None or held.finished_at:
                held.kill()
        else:
            if news.pid is not None:
                sessions.end(news.pid)  # a rank that outlived its launcher
            held.end(news.status)

    def lose_all(self) -> None:
        """The warm process is gone, and everything that it forked dies with it."""
        for held in self.living():
            if held.pid is not None:
                sessions.end(held.pid)
            held.end()

    def attend(self) -> bool:
        """Read journals that have grown and settle what has ended; True when something was settled."""
        before = len(self._held)
        for held in self.all():
            self.guarded(held, self._attend)
        return len(self._held) < before

    def send_away(self, in_time: bool) -> None:
        """The worker stops: what can write a checkpoint does; the rest, and what takes too long, begins again later.

        An attempt has no folder while the database is away between its claim and its first file.
        """
        for held in self.living():
            if held.steered and in_time and held.folder.exists():
                self.guarded(held, lambda held: held.order(job.YIELD))
            elif held.given_up is None:
                held.give_up(ends.YIELDED)

    def obey(self, steer: bool) -> None:
        """Leave runs that are not ours any more, and pass on what people asked of the others."""
        if not self._held:
            return
        runs = Run.objects.in_bulk([held.run_id for held in self.all()])
        for held in self.all():
            run = runs.get(held.run_id)
            if run is not None and run.attempt == held.attempt.number and State(run.state) in states.WORKING:
                if steer and held.steered:
                    self.guarded(held, partial(_pass_on, run))
            elif not held.finished_at:
                held.leave()

    def guarded(self, held: Held, step: Callable[[Held], None]) -> None:
        """What goes wrong with one attempt ends that attempt only; a database that is away is nobody's fault."""
        try:
            step(held)
        except (OperationalError, InterfaceError):
            raise
        except FencedError:
            log.info("Run %s has left attempt %s.", held.run_id, held.attempt.number)
            held.leave()
        except JournalDamagedError as error:
            held.find_damaged(error)
        except OSError as error:
            if is_want_of_room(error):
                held.give_up(ends.DISK_FULL)
            elif (error.errno in AWAY or not store.is_in_reach()) and held.waits_for_files(error):
                return
            else:
                _fail(held, error)
        except Exception as error:
            _fail(held, error)

    def _attend(self, held: Held) -> None:
        if time.monotonic() < held.files_due:
            return
        held.read_if_grown()
        if held.lingers():
            held.kill()
        if held.ended and held.settle():
            held.follower.close()
            self._folders.remove(held.run_id, held.attempt.number)
            del self._held[held.folder]


def _remember(held: Held) -> None:
    assert held.pid is not None
    sessions.remember(held.folder, held.pid)


def _pass_on(run: Run, held: Held) -> None:
    new = list(Command.objects.filter(run=run, applied=None).values_list("pk", flat=True))
    if new:  # and one that comes from here on has its turn later
        held.order(ORDERS.get(ends.wish(run), held.order_given))
        Command.objects.filter(pk__in=new).update(applied=Now())


def _fail(held: Held, error: Exception) -> None:
    log.error("Attempt %s of run %s cannot be followed.", held.attempt.number, held.run_id, exc_info=error)
    run = Run.objects.filter(pk=held.run_id).first()
    if run is not None and run.attempt == held.attempt.number and not held.finished_at:
        words = "The worker could not take in what this run made: %(error)s"
        ends.fail(run, Reason("worker_error", words, {"error": str(error) or type(error).__name__}))
    held.leave()
