"""Files that are whole or absent, whatever is killed when."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np

PARTIAL = ".part"  # the end of a temporary name; a process that is killed leaves one

def write(path: Path, data: bytes) -> None:
    """Write ``data`` to a temporary name, sync, rename, sync the folder. On an error nothing is left and the old file stays."""
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def mapped(path: Path, dtype: Any, shape: tuple[int, ...]) -> "np.memmap[Any, Any]":
    """A new array in a file, whose room is taken first: on a full disk this raises OSError, where a store would kill the process."""
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, math.prod(shape) * np.dtype(dtype).itemsize)
    return np.memmap(path, dtype=dtype, mode="r+", shape=shape)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
