"""The mark of a restore that was begun in a state folder and is not finished: until it is gone nothing starts there."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from webapp.backup.errors import BackupError

NAME = "restore-unfinished"
DRAFT = f"{NAME}.new"  # the mark before it is whole


@dataclass(frozen=True)
class Mark:
    """Which backup is being restored, by its manifest's SHA-256, and where to. ``restore`` is a number of
    this restore alone.
    """

    manifest: str
    store: str
    database: str
    restore: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError and TypeError."""
        return cls(**json.loads(text))


def is_there(state: Path) -> bool:
    """Whether a restore was begun here and not finished."""
    return (state / NAME).exists()


def refusal(state: Path) -> str:
    """Why nothing may start here; nothing where it may."""
    if not is_there(state):
        return ""
    return (
        f"A restore into {state} was begun and is not finished. Give the same command again: manage.py restore FILE. "
        "Or remove the folder."
    )


def check(state: Path) -> None:
    """End a process that may not start here with a sentence."""
    if sentence := refusal(state):
        raise SystemExit(sentence)


def read(state: Path) -> Mark | None:
    """What is being restored here; None where nothing is. Raises BackupError for a mark of another release."""
    try:
        return Mark.parse((state / NAME).read_text())
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise BackupError(
            f"{state / NAME} cannot be read: another release of Trainyard began to restore here. Go on with that one, "
            "or restore into a new folder."
        ) from None


def put(state: Path, mark: Mark) -> None:
    """Mark the folder, whole and durably."""
    draft = state / DRAFT
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w") as file:
        json.dump(asdict(mark), file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(state / NAME)
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
