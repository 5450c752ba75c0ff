"""The mark of a restore that was begun in a state folder and is not finished: until it is gone nothing starts there."""

import os
from pathlib import Path

NAME = "restore-unfinished"


def is_there(state: Path) -> bool:
    """Whether a restore was begun here and not finished."""
    return (state / NAME).exists()


def read(state: Path) -> str:
    """Which backup was being restored, by its manifest's SHA-256; nothing where none was."""
    try:
        return (state / NAME).read_text().strip()
    except FileNotFoundError:
        return ""


def put(state: Path, manifest: str) -> None:
    """Mark the folder, durably."""
    with open(os.open(state / NAME, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w") as file:
        file.write(manifest)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(state)


def remove(state: Path) -> None:
    """The folder is whole."""
    (state / NAME).unlink(missing_ok=True)
    sync_folder(state)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
