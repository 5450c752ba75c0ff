"""The process that models are tried in: it keeps their graphs open, and each question is answered by a fork of it.

    python -m trainer.trying.serve --socket FD

Each message on the socket (SOCK_SEQPACKET) is the path and the SHA-256 of a graph, {"path", "sha256"}, and comes with
the descriptor of another socket, over which the fork reads a question and writes the reply. So what somebody sent is
opened under limits, one question never meets another, and who does not wait any more is noticed. The process ends when
the other end of its socket is closed. Nothing here starts a second thread: a child forked beside one may hang.
"""

import argparse
import gc
import hashlib
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from types import FrameType

from trainer import columns, limited
from trainer.attempt import processes
from trainer.catalog import listing
from trainer.errors import TrainerError
from trainer.limited import GIB, Limits
from trainer.sentences import gettext_noop as _
from trainer.trying import answering, opening
from trainer.trying.opening import Model
from trainer.trying.questions import Question
from trainer.trying.replies import Answer, Refusal

LIMITS = Limits(memory=2 * GIB, cpu_seconds=15, file_size=64 * 1024 * 1024, files=64)
LARGEST_MESSAGE = 64 * 1024
MOST_MODELS, MOST_BYTES = 16, 512 * 1024 * 1024  # that stay open
WAKE_SECONDS = 1.0
IDLE_SECONDS = 900.0  # without a question until it ends


class Models:
    """The graphs that were asked for last."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, tuple[Model, int]] = OrderedDict()

    def get(self, path: Path, sha256: str) -> Model:
        """Raises TrainerError for one that is not there or not what was stored."""
        if sha256 not in self._open:
            self._open[sha256] = _opened(path, sha256)
            while len(self._open) > 1 and (len(self._open) > MOST_MODELS or self._bytes() > MOST_BYTES):
                self._open.popitem(last=False)
            gc.freeze()
        self._open.move_to_end(sha256)
        return self._open[sha256][0]

    def _bytes(self) -> int:
        return sum(size for _model, size in self._open.values())


def _opened(path: Path, sha256: str) -> tuple[Model, int]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise opening.damaged() from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise opening.damaged()
    return opening.opened(content), len(content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", type=int, required=True, help="the file descriptor of a connected socket")
    control = socket.socket(fileno=parser.parse_args().socket)
    control.set_inheritable(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is the worker's to handle
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a fork ended
    warm_up()
    serve(control)
    os._exit(0)


def warm_up() -> None:
    """Import what every question needs."""
    listing("tasks")
    for kind in columns.kinds().values():
        for name in ("read", "occlusion"):
            with suppress(ModuleNotFoundError):
                __import__(f"{kind.__name__}.{name}")
    gc.collect()
    gc.freeze()


def serve(control: socket.socket) -> None:
    """Fork for each question until the other end is gone, or nobody asks any more."""
    models, asked_at = Models(), time.monotonic()
    while time.monotonic() < asked_at + IDLE_SECONDS:
        ready, _writable, _failed = select.select([control], [], [], WAKE_SECONDS)
        if not ready:
            continue
        asked_at = time.monotonic()
        message, descriptors, _flags, _address = socket.recv_fds(control, LARGEST_MESSAGE, 1)
        if not message:
            return
        for descriptor in descriptors:
            with socket.socket(fileno=descriptor) as connection:
                _begin(connection, message, models, control)


def _begin(connection: socket.socket, message: bytes, models: Models, control: socket.socket) -> None:
    model: Model | TrainerError
    try:
        wanted = json.loads(message)
        model = models.get(Path(wanted["path"]), wanted["sha256"])
    except TrainerError as error:
        model = error
    try:
        child = os.fork()
    except OSError:
        traceback.print_exc()
        return
    if child == 0:
        control.close()
        _respond(connection, model)


def _respond(connection: socket.socket, model: Model | TrainerError) -> None:
    """What the fork does, to its end."""
    processes.die_with_parent(os.getppid())
    processes.default_signals()
    try:
        with connection.makefile("rb") as stream:
            question = Question.unpacked(stream)
        limited.limit(LIMITS, _out_of_time)
        connection.sendall(_reply(model, question, connection).model_dump_json().encode())
    except BrokenPipeError:
        pass  # nobody waits any more
    except BaseException as error:  # the outermost frame of this process: a value that somebody sent may be in its text
        traceback.print_tb(error.__traceback__)
        print(type(error).__name__, file=sys.stderr, flush=True)
    os._exit(0)


def _reply(model: Model | TrainerError, question: Question, connection: socket.socket) -> Answer | Refusal:
    try:
        if isinstance(model, TrainerError):
            raise model
        return answering.answer(model, question, lambda: not _is_left(connection))
    except TrainerError as error:
        return Refusal.of(error)
    except MemoryError:
        return Refusal(
            code="trial_memory", message=_("This needs more memory than a trial may use. Give a smaller one.")
        )


def _is_left(connection: socket.socket) -> bool:
    """Whether who asked does not wait any more: who waits says nothing."""
    return bool(select.select([connection], [], [], 0)[0])


def _out_of_time(signum: int, frame: FrameType | None) -> None:
    raise TrainerError("trial_time", _("This took too long and was given up. Give less to read."))


if __name__ == "__main__":
    main()
