"""Files of the store that must stay readable for a while, whoever removes them meanwhile: each has a second name."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from webapp.artifacts import store


class Pins:
    """Second names in a folder of their own. They cost no room until a file's first name goes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pin(self, source: Path) -> Path | None:
        """Give a file a second name; None in a file system that has no such thing. Raises
        OSError, FileNotFoundError too.
        """
        target = self._folder / source.name
        with suppress(FileExistsError):
            if not store.link(source, target):
                return None
        return target


@contextmanager
def pins() -> Iterator[Pins]:
    """Pins for as long as this takes; those of a process that was killed go with the next, or with the daily sweep."""
    remove_abandoned()
    while (descriptor := _lock(folder := store.incoming() / f"pins-{uuid4().hex}")) is None:
        pass  # somebody's sweep came before the lock
    try:
        yield Pins(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _lock(folder: Path) -> int | None:
    """Make a folder that is locked before it has its name, and stays so while the descriptor is open; None where it
    was removed before.
    """
    bare = folder.with_name(folder.name.replace("pins-", "bare-"))
    bare.mkdir(mode=0o700)
    with suppress(FileNotFoundError), ExitStack() as undo:
        descriptor = os.open(bare, os.O_RDONLY | os.O_CLOEXEC)
        undo.callback(os.close, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        bare.rename(folder)
        undo.pop_all()
        return descriptor
    return None


def remove_abandoned() -> int:
    """Remove the pins that no living process holds. Returns how many folders of them went."""
    incoming = store.incoming()
    return sum(map(_remove_if_abandoned, (*incoming.glob("pins-*"), *incoming.glob("bare-*"))))


def _remove_if_abandoned(folder: Path) -> bool:
    with suppress(FileNotFoundError, BlockingIOError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            return True
        finally:
            os.close(descriptor)
    return False
