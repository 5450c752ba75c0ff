"""Reading files that are known by their SHA-256: what a run reads is hashed while it reads it, whatever a
time stamp says."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trainer import scarce
from trainer.errors import DamagedError

BLOCK_BYTES = 1024 * 1024


def sha256(path: Path, *, enough: threading.Event | None = None) -> str:
    """The file's SHA-256 in hexadecimal; of its beginning only once ``enough`` is set. Memory stays
    flat. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        block = memoryview(bytearray(BLOCK_BYTES))
        while (size := file.readinto(block)) and not (enough and enough.is_set()):
            digest.update(block[:size])
    return digest.hexdigest()


@contextmanager
def reading(path: Path, role: str) -> Iterator[None]:
    """Raises DamagedError where the input of this role cannot be read: its run can wait for it as for one that is
    damaged. Want of descriptors is another matter."""
    try:
        yield
    except OSError as error:
        if scarce.is_cause(error):
            raise
        raise DamagedError(role, path.name) from error


def require(path: Path, expected: str | None, role: str) -> None:
    """Hash the input of this role before it is used; where nobody knows what it should be, there is nothing to
    hold it against.

    Raises DamagedError.
    """
    if expected is None:
        return
    with reading(path, role):
        actual = sha256(path)
    if actual != expected:
        raise DamagedError(role, path.name)


class Check(threading.Thread):
    """Hashes a file beside the work that reads it, for it may be larger than a start can wait for."""

    def __init__(self, path: Path, expected: str, role: str) -> None:
        super().__init__(name="check", daemon=True)
        self._path = path
        self._expected = expected
        self._role = role
        self._abandoned = threading.Event()
        self._actual = ""
        self._error: OSError | None = None
        with scarce.starting_a_thread():
            self.start()

    def run(self) -> None:
        try:
            self._actual = sha256(self._path, enough=self._abandoned)
        except OSError as error:
            self._error = error

    def has_passed(self, *, wait: bool) -> bool:
        """Whether all of the file was read and is right; False while that is not known yet, which ``wait`` waits for.

        Raises DamagedError, also where the file cannot be read.
        """
        if wait:
            self.join()
        if self.is_alive():
            return False
        with reading(self._path, self._role):
            if self._error is not None:
                raise self._error
        if self._actual != self._expected:
            raise DamagedError(self._role, self._path.name)
        return True

    def abandon(self) -> None:
        """Read no further: nobody asks any more. The thread ends by itself within a block."""
        self._abandoned.set()
