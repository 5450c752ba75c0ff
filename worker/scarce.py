"""Descriptors, processes and threads, of which a machine may have no more: what needs one is tried again until there is one."""

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

SCARCE = frozenset({errno.EMFILE, errno.ENFILE, errno.EAGAIN})
SPARE = 16  # descriptors that the start of a run needs at the same time


@contextmanager
def starting_a_thread() -> Iterator[None]:
    """Python says in a RuntimeError that the system has no more threads; here it is the OSError that it was."""
    try:
        yield
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, str(error)) from error


def are_descriptors() -> bool:
    """Whether few are left to this process, or none."""
    with ExitStack() as opened:
        try:
            for _ in range(SPARE):
                opened.callback(os.close, os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
        except OSError:
            return True
    return False
