"""Ctrl-C while libraries are imported: some of them swallow the exception that it raises, so that it is
remembered as well.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_was_interrupted = False


@contextmanager
def remembered() -> Iterator[None]:
    """A Ctrl-C in here raises KeyboardInterrupt, and ``check`` raises it again where somebody has swallowed it."""
    global _was_interrupted
    _was_interrupted = False
    before = signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def check() -> None:
    """Raise KeyboardInterrupt if there was a Ctrl-C."""
    if _was_interrupted:
        raise KeyboardInterrupt


def _interrupt(*_: object) -> None:
    global _was_interrupted
    _was_interrupted = True
    raise KeyboardInterrupt
