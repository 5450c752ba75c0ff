"""`manage.py up`: every process that one machine needs, started, watched, and ended together."""

import contextlib
import errno
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from webapp import logfiles, processes, running
from webapp.backup import marker
from webapp.embedded import Embedded
from webapp.locks import ENDING_SECONDS, LockedError, alone

ROOT = Path(__file__).resolve().parent.parent  # of our own code, wherever we were started
CHECKPOINT_SECONDS = 60.0
SHORTEST_LIFE = 5.0  # a child that ends sooner after its start is started again with growing patience
LONGEST_PAUSE = 15.0
LOGS_EVERY = 20.0  # seconds between looks at the size of the logs; each wakes a machine that has nothing to do


class UpError(Exception):
    """Trainyard cannot start here; the message says what to do."""


@dataclass
class Service:
    """One child: how it is started, and how it is asked to end."""

    name: str
    start: Callable[[], "subprocess.Popen[bytes]"]
    ending: signal.Signals
    patience: float
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = 0.0
    due: float = 0.0

    def begin(self) -> None:
        self.process = self.start()
        self.started = time.monotonic()

    def end(self) -> None:
        if self.process is not None:
            processes.end(self.process, self.ending, self.patience)


@dataclass
class Signals:
    """Signals as bytes in a pipe, so that one `select` waits for them and for time."""

    reader: int
    asked: list[int] = field(default_factory=list)

    @classmethod
    @contextlib.contextmanager
    def caught(cls) -> Iterator["Signals"]:
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        try:
            yield cls(reader)
        finally:
            signal.set_wakeup_fd(-1)

    def wait(self, seconds: float | None) -> None:
        """Sleep until a signal comes or the time is over; note what asks us to end."""
        if select.select([self.reader], [], [], seconds)[0]:
            self.asked += [number for number in os.read(self.reader, 1024) if number != signal.SIGCHLD]


class Up:
    """The processes of one state folder."""

    def __init__(self, state: Path, port: int) -> None:
        self.state = state
        self.port = port
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._own_lock, self._childrens_lock = _alone(state)
        self.listener = _listen(port)
        running.leave_port(state, port)
        self.embedded = Embedded(state, keep=[self._childrens_lock])
        # In the order in which they are started; they end in the opposite one.
        self.services: list[Service] = []

    def start_embedded(self) -> None:
        """Start those of the two services that the environment does not place elsewhere."""
        if not os.environ.get("DATABASE_URL"):
            self.embedded.prepare_database()
            self._begin(Service("postgresql", self.embedded.start_postgresql, signal.SIGINT, ENDING_SECONDS))
        if not (os.environ.get("BROKER_URL") and os.environ.get("CHANNEL_URL")):
            self._begin(Service("valkey", self.embedded.start_valkey, signal.SIGTERM, 5.0))

    def wait_embedded(self) -> None:
        embedded = [service for service in self.services if service.name in ("postgresql", "valkey")]
        self.embedded.wait({service.name: service.process for service in embedded if service.process is not None})

    def start_web(self) -> None:
        self._begin(Service("web", self._start_web, signal.SIGTERM, 10.0))

    def start_worker(self) -> None:
        self._begin(Service("worker", self._start_worker, signal.SIGTERM, CHECKPOINT_SECONDS))

    def has_ended(self, name: str) -> bool:
        """Whether a service that was started runs no more."""
        return any(
            service.name == name and service.process and service.process.poll() is not None for service in self.services
        )

    def watch(self, signals: Signals) -> None:
        """Start again what ends, until somebody asks us to end."""
        while not signals.asked:
            now = time.monotonic()
            for service in self.services:
                self._look_after(service, now)
            logfiles.bound((self.state / "logs").glob("*.log"))
            due = [service.due - now for service in self.services if service.process is None]
            signals.wait(max(0.0, min([LOGS_EVERY, *due])))

    def stop(self, signals: Signals) -> None:
        """End everything, the worker first: it writes a checkpoint of what runs. A second signal hurries."""
        worker = next((service.process for service in self.services if service.name == "worker"), None)
        if worker is not None and worker.poll() is None:
            asked = len(signals.asked)
            worker.terminate()
            deadline = time.monotonic() + CHECKPOINT_SECONDS
            while worker.poll() is None and len(signals.asked) <= asked and time.monotonic() < deadline:
                signals.wait(max(0.0, deadline - time.monotonic()))
            worker.kill()
        for service in reversed(self.services):
            service.end()

    def _begin(self, service: Service) -> None:
        self.services.append(service)
        service.begin()

    def _look_after(self, service: Service, now: float) -> None:
        if service.process is not None and (status := service.process.poll()) is not None:
            lasted = now - service.started > SHORTEST_LIFE
            service.pause = 0.0 if lasted else min(LONGEST_PAUSE, service.pause * 2 + 0.5)
            service.due = now + service.pause
            service.process = None
            log = self.log(service.name)
            print(f"{service.name} ended ({_ending(status)}); starting it again. See {log}", file=sys.stderr)
        if service.process is None and now >= service.due:
            service.begin()

    def _start_web(self) -> "subprocess.Popen[bytes]":
        descriptor = self.listener.fileno()
        return self._python("web", ["-m", "webapp.serve", str(descriptor)], [descriptor])

    def _start_worker(self) -> "subprocess.Popen[bytes]":
        # It has no neighbours, and nobody listens to events.
        alone = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
        return self._python("worker", ["-m", "celery", "-A", "worker.app", "worker", "--loglevel", "INFO", *alone], [])

    def _python(self, name: str, command: list[str], keep: list[int]) -> "subprocess.Popen[bytes]":
        ours = {"TRAINYARD_STATE": str(self.state), "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        return processes.start(
            [sys.executable, *command],
            log=self.log(name),
            at_parents_death=signal.SIGKILL,
            environment={**os.environ, **ours},
            keep=[self._childrens_lock, *keep],
            folder=ROOT,
        )

    def log(self, name: str) -> Path:
        return self.state / "logs" / f"{name}.log"


def _alone(state: Path) -> tuple[int, int]:
    """The locks of a state folder that is whole."""
    try:
        locks = alone(state)
    except LockedError as error:
        raise UpError(str(error)) from None
    if refusal := marker.refusal(state):
        raise UpError(refusal)
    return locks


def _listen(port: int) -> socket.socket:
    """The web server's socket, for this machine only. We hold it: requests wait while the web server restarts."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UpError(f"Port {port} is in use. Choose another one, for example: PORT={port + 1} make run") from None
        raise UpError(f"Port {port} cannot be opened: {error.strerror}. Try PORT=8080 make run") from None
    return listener


def _ending(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
