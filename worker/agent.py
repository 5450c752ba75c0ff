"""Owns the attempts of this machine: one thread, one loop.

Each turn it listens to the warm process, reads the journals that have grown, and puts ends into the database; now and
then it tells that it is alive, passes on commands, and looks for runs that wait. While the database is away, training
goes on and the journals grow; while the broker is away, the sweep finds what nobody told.
"""

import logging
import platform
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from trainer import scarce
from webapp import logfiles
from webapp.artifacts import store
from webapp.runs import awaiting
from webapp.runs.models import Attempt
from webapp.runs.states import Reason
from webapp.workers import services as workers
from webapp.workers.models import Worker
from worker import claim, devices, ends, sessions, sweep
from worker.attempts import Attempts
from worker.claim import LEASE, Claim, claim_next
from worker.damage import Repairs
from worker.errors import Errors
from worker.folders import Folders
from worker.launches import Launches
from worker.meter import Meter
from worker.room import Room
from worker.waking import awake, wake
from worker.warm import Warm
from worker.warm_keeper import WarmKeeper

log = logging.getLogger(__name__)

GLANCE = 0.01  # seconds between two looks at the journals while something runs
IDLE = 1.0  # seconds between two turns while nothing does, unless a hint or news come
COMMANDS_EVERY = 0.2
SWEEP_EVERY = 1.0
ROOM_EVERY = REPAIRS_EVERY = 5.0
MEMORY_EVERY = METER_EVERY = 1.0
LOGS_EVERY = 2.0
DISKS_EVERY = 0.05  # what one may fill meanwhile is less than room.LEAST; a store on the network is asked no more often
HEARTBEAT_EVERY = LEASE.total_seconds() / 5
AWAY = 0.5  # seconds until a database that was away is tried again
FAREWELL = 25.0  # seconds that running work has to write its checkpoints when the worker is stopped
SPARE = 16  # descriptors that the start of a run needs at the same time
CLAIM_AGAIN = 5.0  # seconds until this machine takes a run again when it could start no process


def _lacks_descriptors() -> bool:
    try:
        scarce.require_descriptors(SPARE)
    except OSError:
        return True
    return False


class Agent(threading.Thread):
    """The agent of the worker on one state folder. ``stop`` lets running work write its checkpoints first."""

    def __init__(self, state: Path, warm: Warm | None = None) -> None:
        """``warm`` is a warm process that was started before; without it the agent starts one."""
        super().__init__(name="agent", daemon=True)
        self._folders = Folders(state)
        self._warm = WarmKeeper(state / "logs" / "warm.log", warm)
        self._attempts = Attempts(self._folders)
        self._launches = Launches(self._folders, self._attempts)
        self._room = Room(state)
        self._repairs = Repairs()
        self._leases = sweep.Leases()
        self._errors = Errors()
        self._worker: Worker | None = None
        self._claims_due = 0.0
        self._database_due = 0.0
        self._in_touch_since = 0.0
        self._stopping = threading.Event()
        self._deadline = 0.0
        self._due: dict[str, float] = {}
        self._devices = devices.discover()
        self._meter = Meter([device.uuid for device in self._devices if device.uuid])

    def stop(self) -> None:
        """Ask running attempts to leave after a checkpoint, re-queue them; return when that is done or time is up."""
        self._deadline = time.monotonic() + FAREWELL
        self._stopping.set()
        wake()
        self.join(FAREWELL + 10.0)

    def run(self) -> None:
        while not (self._stopping.is_set() and (not self._attempts or time.monotonic() > self._deadline + 5.0)):
            try:
                self._turn()
            except (OperationalError, InterfaceError) as error:
                self._lose_touch(error)
            except Exception as error:  # the process's outermost loop: whatever it was is reported
                self._errors.report(error)
                time.sleep(1.0)
        self._leave()

    def _turn(self) -> None:
        if not self._stopping.is_set():
            self._warm.keep()
        self._listen()
        if self._warm.take_news(self._attempts):
            self._claims_due = time.monotonic() + CLAIM_AGAIN
        if self._stopping.is_set():
            self._attempts.send_away(in_time=time.monotonic() < self._deadline)
        self._do_when_due("disks", DISKS_EVERY, self._look_at_disks)
        self._do_when_due("memory", MEMORY_EVERY, self._look_at_memory)
        self._do_when_due("logs", LOGS_EVERY, self._bound_logs)
        if time.monotonic() < self._database_due:
            return
        if self._attempts.attend():
            self._due.update(sweep=0.0, room=0.0)  # devices are free, and folders gone
        if self._worker is None:
            self._register()
        self._go_on_launching()
        for name, seconds, step in (
            ("meter", METER_EVERY if self._attempts else HEARTBEAT_EVERY, self._measure),
            ("heartbeat", HEARTBEAT_EVERY, self._say_alive),
            ("commands", COMMANDS_EVERY, self._obey),
            ("sweep", SWEEP_EVERY, self._sweep),
            ("room", ROOM_EVERY, self._look_for_room),
            ("repairs", REPAIRS_EVERY, self._repairs.look),
        ):
            self._do_when_due(name, seconds, step)
        self._in_touch_since = self._in_touch_since or time.monotonic()

    def _do_when_due(self, name: str, seconds: float, step: Callable[[], None]) -> None:
        if time.monotonic() >= self._due.get(name, 0.0):
            step()
            self._due[name] = time.monotonic() + seconds

    def _listen(self) -> None:
        """Wait for news of the warm process or for being woken, at most until the next thing is due."""
        with selectors.PollSelector() as selector:  # it needs no descriptor, of which there may be no more
            selector.register(awake, selectors.EVENT_READ)
            if self._warm.process is not None:
                selector.register(self._warm.process, selectors.EVENT_READ)
            rest = self._attempts.rest(GLANCE) if self._attempts else IDLE
            ready = [key.fileobj for key, _events in selector.select(rest)]
        if awake in ready:
            awake.recv(4096)
            self._due.update(commands=0.0, sweep=0.0)
        if self._warm.process in ready:
            self._warm.hear()

    # What is done now and then

    def _register(self) -> None:
        facts = {"processor": devices.processor(), "cores": devices.cores(), "system": platform.platform(terse=True)}
        name = self._folders.worker_name(lambda name: workers.is_alive(name, LEASE))
        self._worker = workers.register(name=name, host=socket.gethostname(), facts=facts, devices=self._devices)
        sweep.remove_settled(self._folders)
        log.info("This is worker %s with %s devices, at %s.", self._worker.name, len(self._devices), timezone.now())

    def _say_alive(self) -> None:
        assert self._worker is not None
        if not workers.heartbeat(self._worker, self._meter.load):
            self._worker = None
            return
        self._worker.refresh_from_db(fields=["draining"])
        sweep.renew_leases([attempt.row.pk for attempt in self._attempts.living()])

    def _obey(self) -> None:
        """Pass on what people asked."""
        self._attempts.obey(steer=not self._stopping.is_set())

    def _measure(self) -> None:
        self._meter.read([attempt for attempt in self._attempts.living() if attempt.steered])

    def _sweep(self) -> None:
        """Find what nobody told of: waiting runs, attempts of an earlier life of this worker, leases that ran out."""
        assert self._worker is not None
        own = [attempt.row.pk for attempt in self._attempts.all()]
        if not sweep.finds_any(self._worker, own):
            return
        for orphan in sweep.orphans(self._worker, own):
            self._adopt(orphan)
        self._leases.expire(self._worker)
        awaiting.settle()
        if self._in_touch_since and time.monotonic() - self._in_touch_since > sweep.PATIENCE:
            claim.explain_too_large()
        if obstacle := self._obstacle():
            claim.explain(self._worker, obstacle)
            return
        while not self._stopping.is_set() and not self._worker.draining and (claimed := self._claim()) is not None:
            self._launches.add(claimed)
            self._go_on_launching()

    def _obstacle(self) -> Reason | None:
        """Why this machine can take no run at all."""
        if self._room.is_low():
            return claim.WAITS_FOR_ROOM
        if time.monotonic() < self._claims_due or _lacks_descriptors():
            return ends.NO_PROCESS
        return None if store.is_in_reach() else claim.WAITS_FOR_STORE

    def _look_at_disks(self) -> None:
        """Where one is full, end what works here, to go on when there is room; then the database
        may have its reserve.
        """
        if not self._room.is_low():
            return
        if not all(attempt.wants_room for attempt in self._attempts.living()):
            self._room.run_out({attempt.run_id: attempt.folder for attempt in self._attempts.all()})
        for attempt in self._attempts.living():
            attempt.give_up(ends.DISK_FULL)
        self._go_on_launching()  # launches nothing: all are off
        if not self._attempts.living():
            self._room.give_reserve()

    def _look_at_memory(self) -> None:
        """Also while the database is away, so that another run's death long before is never taken
        for an attempt's own.
        """
        for attempt in self._attempts.living():
            attempt.kills.look()

    def _bound_logs(self) -> None:
        """What the warm process and the ranks print has a largest size."""
        logfiles.bound([self._warm.log_file])
        for attempt in self._attempts.all():
            logfiles.bound(attempt.folder.glob("*.log"), older=1)

    def _look_for_room(self) -> None:
        assert self._worker is not None
        self._room.look(self._worker)

    def _claim(self) -> Claim | None:
        assert self._worker is not None
        return claim_next(self._worker, Counter(attempt.kind for attempt in self._attempts.all()))

    def _go_on_launching(self) -> None:
        self._launches.go_on(self._warm.process, stopping=self._stopping.is_set())

    def _adopt(self, attempt: Attempt) -> None:
        """An attempt whose worker was killed: nothing of it lives; its journal is still to be stored."""
        sessions.kill_remembered(self._folders.of(attempt.run_id, attempt.number))
        self._attempts.add(attempt.run, attempt).end()

    def _lose_touch(self, error: Exception) -> None:
        if self._in_touch_since:
            log.warning("The database is away: %s. Training goes on.", str(error).strip())
        connection.close()
        self._in_touch_since = 0.0
        self._leases.forget()
        self._database_due = time.monotonic() + AWAY

    def _leave(self) -> None:
        self._meter.close()
        self._warm.close()
        try:
            if self._worker is not None and not self._attempts:
                workers.farewell(self._worker)
        except (OperationalError, InterfaceError):
            log.warning("The database is away; this worker's last state is stored at its next start.")
        connection.close()
