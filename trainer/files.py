"""Files that are whole or absent, whatever is killed when."""

import os
from pathlib import Path

PARTIAL = ".part"  # the end of a temporary name; a process that is killed leaves one


def write(path: Path, data: bytes) -> None:
    """Write ``data`` to a temporary name, sync, rename, sync the folder. On an error nothing is left and
    the old file stays.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
