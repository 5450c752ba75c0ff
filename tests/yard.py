"""A running Trainyard (`manage.py up`) for tests, from the outside: its address, its command line, its processes."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 200.0


class Yard:
    """Starts at entry, is killed at exit. ``state`` keeps everything, so that `restart` goes on with it.

    It is started from another folder than the project's, as a service manager does it.
    """

    def __init__(self, state: Path, **environment: str) -> None:
        self.state = state
        self.port = _free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.environment = environment_of(state, PORT=str(self.port), PYTHONUNBUFFERED="1", **environment)
        self.output: list[str] = []
        self.process: subprocess.Popen[str] | None = None
        self._tokens: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            print(self.logs())
        self.kill()

    def start(self) -> float:
        """Start it and wait until it says its address. Returns the seconds that took."""
        began = time.monotonic()
        self.output = []
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "up"],
            cwd=self.state.parent,
            env=self.environment,
            text=True,
            bufsize=1,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=[self.process], daemon=True).start()
        while not self.signin_link:
            if self.process.poll() is not None or time.monotonic() - began > START_SECONDS:
                raise AssertionError("manage.py up did not start:\n" + "".join(self.output) + self.logs())
            time.sleep(0.01)
        return time.monotonic() - began

    def stop(self, number: signal.Signals = signal.SIGINT, timeout: float = 90.0) -> int:
        """Ask it to end, as Ctrl-C does, and wait for it."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout)

    def kill(self) -> None:
        """`kill -9` of the launcher alone: everything it started must follow by itself."""
        if self.process is not None and self.process.poll() is None:
            processes = self.processes()
            self.process.kill()
            self.process.wait()
            psutil.wait_procs(processes, timeout=20)

    def restart(self) -> float:
        """Stop as Ctrl-C does and start on the same state; returns the seconds the start took."""
        self.stop()
        return self.start()

    def processes(self) -> list[psutil.Process]:
        """Everything that runs below the launcher, the launcher left out."""
        assert self.process is not None
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def child(self, words: str) -> psutil.Process:
        """The oldest process below the launcher whose command line contains ``words``, for example `webapp.serve`."""
        found = [process for process in self.processes() if words in " ".join(process.cmdline())]
        assert found, f"no process with “{words}”"
        return min(found, key=lambda process: process.create_time())

    def manage(self, *arguments: str) -> str:
        """The output of a `manage.py` command on this state."""
        command = [sys.executable, "manage.py", *arguments]
        answer = subprocess.run(command, cwd=ROOT, env=self.environment, text=True, capture_output=True, check=True)
        return answer.stdout

    def token(self, name: str = "tester") -> str:
        """An API token of the user ``name``, who is made if there is none."""
        if name not in self._tokens:
            self._tokens[name] = self.manage("createtoken", name).splitlines()[-1]
        return self._tokens[name]

    @property
    def signin_link(self) -> str:
        """The link that the last start printed."""
        found = re.search(r"http\S+/signin/\S+/", "".join(self.output))
        return found.group() if found else ""

    def logs(self) -> str:
        """The ends of all logs, for a message about a failure."""
        paths = sorted(self.state.glob("logs/*.log"))
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-4000:]}" for path in paths)

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self.output.append(line)


def environment_of(state: Path, **more: str) -> dict[str, str]:
    """The environment of a program on the state folder ``state``. The tests' own names our services and, once
    `webapp.asgi` is imported, asks for a pool; a command or a worker with a pool waits for it where it should say that
    there is no database.
    """
    return {
        **{name: value for name, value in os.environ.items() if name not in _OURS},
        "TRAINYARD_STATE": str(state),
        **more,
    }


_OURS = {"DATABASE_URL", "BROKER_URL", "CHANNEL_URL", "STORAGE_URL", "PORT"}
_OURS |= {"TRAINYARD_ORIGIN", "TRAINYARD_POOL", "TRAINYARD_STATE"}


def _free_port() -> int:
    """Of those that the system gives to no connection of its own accord: until it is opened, nobody else takes it by
    chance."""
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", random.SystemRandom().randrange(10_000, 30_000)))
            return int(probe.getsockname()[1])
