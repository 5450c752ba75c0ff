"""Processes, threads and descriptors, of which a machine may have no more: what needs one ends, and is
begun again later."""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

SCARCE = frozenset({errno.EAGAIN, errno.EMFILE, errno.ENFILE})
# Python and torch say in a RuntimeError, or where they abort, that no thread could be started or no socket opened.
WORDS = ("can't start new thread", *map(os.strerror, sorted(SCARCE)))


def is_cause(error: BaseException | None) -> bool:
    """Whether the error, or one that it came of, is that the system gave no more of them."""
    while error is not None:
        if (isinstance(error, OSError) and error.errno in SCARCE) or tells(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def tells(text: str) -> bool:
    """Whether a message is about that."""
    return any(words in text for words in WORDS)


@contextmanager
def starting_a_thread() -> Iterator[None]:
    """Where the system has no more threads, this raises the OSError that it is, in place of Python's RuntimeError."""
    try:
        yield
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, str(error)) from error


def require_threads(count: int) -> None:
    """Raises OSError where so many more threads or processes, of which the system counts both together, cannot be
    started. None of them is left afterwards."""
    end = threading.Event()
    started: list[threading.Thread] = []
    try:
        for _ in range(count):
            thread = threading.Thread(target=end.wait, daemon=True)
            with starting_a_thread():
                thread.start()
            started.append(thread)
    finally:
        end.set()
        for thread in started:
            thread.join()


def require_descriptors(count: int) -> None:
    """Raises OSError where this process may not open so many more."""
    with ExitStack() as stack:
        for _ in range(count):
            stack.callback(os.close, os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
