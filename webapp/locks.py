"""The locks of a state folder: one life at a time works on it."""

import fcntl
import os
import time
from pathlib import Path

UP = "up.lock"  # held by `manage.py up` for as long as it lives
QUESTION_SECONDS = 0.2  # for which a command that asks whether it lives may share that lock
ENDING_SECONDS = 30.0  # that processes of a life before have to end


class LockedError(Exception):
    """Somebody works on the state folder; the message says what to do."""


def alone(state: Path) -> tuple[int, int]:
    """The descriptors of two locks: ours, and the one that our children inherit. Raises LockedError.

    The system frees each when the last process that holds its descriptor is gone.
    """
    ours = _locked(state / UP, f"Trainyard already runs on {state}. Use it, or stop it first.", QUESTION_SECONDS)
    try:
        still_ending = f"Processes of the last start on {state} are still ending. Try again in a minute."
        return ours, _locked(state / "children.lock", still_ending, ENDING_SECONDS)
    except LockedError:
        os.close(ours)
        raise


def _locked(path: Path, refusal: str, patience: float) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise LockedError(refusal) from None
            time.sleep(0.05)
