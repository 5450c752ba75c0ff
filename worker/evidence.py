"""What an attempt leaves behind of its end: exits, logs, a full disk."""

import errno
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from trainer.attempt import events, job
from worker.damage import LostCheckpoint

LEAST_ROOM = 1024 * 1024  # bytes; with less than this a crash is put down to the full disk
LAST_LINES = 12
LAUNCHER_LOG = "launcher.log"


@dataclass(frozen=True)
class Exit:
    """How one rank ended: its exit code, negative for the signal that killed it."""

    rank: int
    exitcode: int


@dataclass(frozen=True)
class End:
    """What is known of an attempt's end."""

    step: int
    exits: tuple[Exit, ...] = ()
    status: int | None = None  # the launcher's wait status; None when it was lost with its worker
    oom_kills: int = 0  # of late, in our whole control group
    report: events.Ended | None = None  # what rank 0 wrote of the end, where it came to that
    log: str = ""
    disk_full: bool = False
    lost: LostCheckpoint | None = None  # the one that it was to go on from, where that could not be read
    can_wait: bool = False  # whether it has a checkpoint to go on from once a damaged input is restored
    journal_damaged: bool = False


def read_exits(folder: Path) -> tuple[Exit, ...]:
    """The exits of all ranks as the launcher wrote them; none when it was killed before it could.

    A rank that the kernel did not let die in time, for a disk that does not answer, has no exit. Raises OSError.
    """
    try:
        stored = json.loads((folder / "exits.json").read_text())
    except (FileNotFoundError, ValueError):
        return ()
    ended = [item for item in stored.get("ranks", []) if item["exitcode"] is not None]
    return tuple(Exit(int(item["rank"]), int(item["exitcode"])) for item in ended)


def read_log(folder: Path) -> str:
    """The last lines that the attempt printed: of a rank that ended with an error of its own where there is one, of the
    launcher, which only tells that a rank ended, where no rank says anything.
    """
    failed = [
        f"rank-{item.rank}.log" for item in read_exits(folder) if item.exitcode > 0 and item.exitcode != job.PEER_LOST
    ]
    paths = sorted(
        folder.glob("*.log"), key=lambda path: (path.name == LAUNCHER_LOG, path.name not in failed, path.name)
    )
    return next(filter(None, map(_tail, paths)), "")


def disk_is_full(folder: Path) -> bool:
    """Whether anything of the attempt said so, or it is seen now; a disk that can only be read is as good as full."""
    words = (os.strerror(errno.ENOSPC), os.strerror(errno.EROFS))
    if os.statvfs(folder).f_flag & os.ST_RDONLY or shutil.disk_usage(folder).free < LEAST_ROOM:
        return True
    return any(word in _tail(path) for path in folder.glob("*.log") for word in words)


def _tail(path: Path) -> str:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 16384))
        lines = stream.read().decode(errors="replace").replace("\0", "").splitlines()
    return "\n".join(line for line in lines[-LAST_LINES:] if line.strip())
