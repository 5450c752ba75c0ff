"""Log files that stay within bounds, though the processes that write them only have a descriptor that they inherited.

All open them for appending, so a file may be emptied under its writers; what stood in it moves on to ``NAME.1``, and
what stood there to ``NAME.2``. Whoever looks dies with the writers or is started again with them; a look that is
killed loses nothing.
"""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path

LARGEST = 8 << 20  # bytes of a file at a look
OLDER = 2  # files beside it
BLOCK = 1 << 20


def bound(paths: Iterable[Path], *, largest: int = LARGEST, older: int = OLDER) -> None:
    """Empty those of ``paths`` that are larger than ``largest`` bytes; their last ``largest`` bytes are
    kept, in ``older`` files.

    So a log takes about ``older + 1`` times ``largest`` bytes, and what is written between two looks; an older file
    takes twice as much where somebody writes as fast as it is copied. Lines that are written in the microseconds
    between the last read and the cut are lost. A disk that is full puts it off.
    """
    for path in paths:
        try:
            if path.stat().st_size > largest:
                _empty(path, largest, older)
        except OSError:
            continue


def _empty(path: Path, largest: int, older: int) -> None:
    log = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)  # launcher and worker may look at the same moment
        start = os.fstat(log).st_size - largest
        if start > 0:
            _move_on(path, log, start, largest, older)
    finally:
        os.close(log)


def _move_on(path: Path, log: int, start: int, largest: int, older: int) -> None:
    """Copy what stands behind ``start``, take the copy for the newest of the older files, and cut the log."""
    fresh = _older(path, 0)
    copy = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        end = _copy(log, copy, start, largest)
        for number in range(older - 1, -1, -1):
            if _older(path, number).exists():
                _older(path, number).rename(_older(path, number + 1))
        _copy(log, copy, end, largest)  # what came meanwhile; nothing may stand between this and the cut
        os.ftruncate(log, 0)
    finally:
        os.close(copy)
        fresh.unlink(missing_ok=True)


def _copy(log: int, copy: int, position: int, limit: int) -> int:
    """Copy from ``position`` on, so many bytes at most: a writer may be as fast as we are. Returns where it ends."""
    end = position + limit
    while position < end and (block := os.pread(log, min(BLOCK, end - position), position)):
        position += os.write(copy, block)
    return position


def _older(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
