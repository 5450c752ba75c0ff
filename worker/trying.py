"""Answers questions to exported models: in a process that keeps graphs open, beside the runs, without a device.

The process starts with the first question and is left to itself (trainer.trying.serve); it ends with this worker, and
when nothing was asked of it for a while.
"""

import json
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings
from redis.exceptions import RedisError

from trainer.errors import TrainerError
from trainer.sentences import gettext_noop as _
from trainer.trying.replies import Refusal
from webapp.artifacts import store
from webapp.artifacts.store import ArtifactError
from webapp.trying import exchange
from webapp.trying.exchange import Asked
from worker.warm import ROOT, environment

log = logging.getLogger(__name__)

AT_ONCE = 2  # questions that this machine answers beside its runs
LONGEST_SECONDS = 20.0  # for one question, opening the graph included
LOOK_SECONDS = 0.2  # between two looks whether the question is still wanted
PIECE = 1024 * 1024


class Tries:
    """The process that answers. Any thread may ask."""

    def __init__(self, log_file: Path) -> None:
        self._log_file = log_file
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, path: Path, sha256: str, question: bytes, is_wanted: Callable[[], bool]) -> bytes:
        """The reply; empty where there is none, or nobody waits for it any more. Raises OSError."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._pass_on(json.dumps({"path": str(path), "sha256": sha256}).encode(), theirs.fileno())
            ours.settimeout(LOOK_SECONDS)
            _send(ours, question, time.monotonic() + LONGEST_SECONDS)
            return _receive(ours, time.monotonic() + LONGEST_SECONDS, is_wanted)

    def close(self) -> None:
        """End the process: it ends when nobody is at the other end."""
        with self._lock:
            if self._control is not None:
                self._control.close()
            if self._process is not None:
                self._process.kill()
                self._process.wait()
            self._control = self._process = None

    def _pass_on(self, message: bytes, descriptor: int) -> None:
        with self._lock:
            try:
                socket.send_fds(self._started(), [message], [descriptor])
            except (BrokenPipeError, ConnectionError):  # it has ended since it was last asked
                self._control = None
                socket.send_fds(self._started(), [message], [descriptor])

    def _started(self) -> socket.socket:
        if self._control is None:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
            self._control = self._start()
        return self._control

    def _start(self) -> socket.socket:
        self._log_file.parent.mkdir(mode=0o700, exist_ok=True)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, self._log_file.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "trainer.trying.serve", "--socket", str(theirs.fileno())],
                cwd=ROOT,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        return ours


def _send(connection: socket.socket, content: bytes, deadline: float) -> None:
    view = memoryview(content)
    while view and time.monotonic() < deadline:
        try:
            view = view[connection.send(view[:PIECE]) :]
        except TimeoutError:
            continue


def _receive(connection: socket.socket, deadline: float, is_wanted: Callable[[], bool]) -> bytes:
    content = b""
    while time.monotonic() < deadline:
        try:
            piece = connection.recv(PIECE)
        except TimeoutError:
            if not is_wanted():
                return b""
            continue
        if not piece:
            return content
        content += piece
    return b""


tries = Tries(Path(settings.STATE) / "logs" / "trying.log")
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="trying")


def begin(identifier: str) -> None:
    """Answer the question of this name, on a thread of its own."""
    _threads.submit(_answer, identifier)


def _answer(identifier: str) -> None:
    try:
        asked = exchange.take(identifier)
        if asked is not None:
            exchange.reply(identifier, _reply(identifier, asked) or _lost())
    except (OSError, RedisError) as error:
        log.warning("A question to a model could not be answered: %s", type(error).__name__)


def _reply(identifier: str, asked: Asked) -> bytes:
    if not exchange.is_wanted(identifier, asked.person):
        return b""
    try:
        path = store.local_path(asked.graph)
    except ArtifactError as error:
        return _refused("export_missing", str(error))
    return tries.ask(path, asked.graph, asked.question, lambda: exchange.is_wanted(identifier, asked.person))


def _lost() -> bytes:
    return _refused("trial_lost", _("The model gave no answer. Try again; if it stays so, make the download again."))


def _refused(code: str, message: str) -> bytes:
    return Refusal.of(TrainerError(code, message)).model_dump_json().encode()
