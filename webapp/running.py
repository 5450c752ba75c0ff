"""Which port the `manage.py up` of a state folder serves on, for commands that were started without its environment."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from webapp import locks


def leave_port(state: Path, port: int) -> None:
    """Note the port of the `manage.py up` that runs here, whole or not at all."""
    path = _file(state)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(f"{port}\n")
    partial.replace(path)


def port(state: Path) -> int | None:
    """The port of the `manage.py up` that runs on this state folder; None where none does, whatever a
    killed one left."""
    with suppress(OSError, ValueError):
        number = int(_file(state).read_text())
        return number if _is_locked(state / locks.UP) else None
    return None


def _file(state: Path) -> Path:
    return state / "up.port"


def _is_locked(path: Path) -> bool:
    """Whether a process holds the lock. For the moment of the question it is shared with us, which one that
    starts waits out."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
