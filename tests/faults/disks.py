"""A small disk of our own, in a mount namespace that nobody else sees and that ends with this process."""

import contextlib
import ctypes
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest

CLONE_NEWNS = 0x00020000


@contextlib.contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """Mount an empty file system of this size. It is seen by this thread and by what it starts."""
    _leave_the_others_mounts()
    folder.mkdir(mode=0o700, parents=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=700", "trainyard-test", str(folder)], check=True
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no byte free on ``disk`` until the end."""
    path = disk / f"filling-{uuid4().hex[:8]}"
    try:
        _fill(path)
        yield
    finally:
        path.unlink()


def _fill(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while os.write(descriptor, bytes(size)):
                    pass
    finally:
        os.close(descriptor)


@cache
def _leave_the_others_mounts() -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        pytest.skip("A DISK THAT IS FULL WAS NOT TESTED: only root may mount one (or run as root in a user namespace)")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Whatever opens a file in ``folder`` until the end can only read it. The disk of ``folder`` is one of ours
    (``small_disk``)."""
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
