"""A launcher's session: the launcher, its ranks, and all that they started."""

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

MARK = "launcher"
END_SECONDS = 3.0


def end(leader: int) -> None:
    """Kill the session and return when nothing of it is left: what it wrote, it has written."""
    deadline = time.monotonic() + END_SECONDS
    while (survivors := members(leader)) and time.monotonic() < deadline:
        _kill(survivors)
        time.sleep(0.002)


def kill(leader: int) -> None:
    """Kill every process of the session; the leader also while it has not made its session yet."""
    _kill({leader, *members(leader)})


def members(leader: int) -> list[int]:
    """The living processes of a session, by its leader."""
    return [
        process
        for process in psutil.pids()
        if (fields := _stat(process)) and int(fields[3]) == leader and fields[0] not in "ZX"
    ]


def remember(folder: Path, leader: int) -> None:
    """Note the session of an attempt, so that another life of the worker can make sure that it is gone."""
    fields = _stat(leader)
    (folder / MARK).write_text(f"{leader} {fields[19] if fields else 0} {_here(folder)}")


def kill_remembered(folder: Path) -> None:
    """Kill what is left of an attempt's session.

    A process that merely has its number since is left alone, and so is the session of which ``folder`` is only a copy.
    """
    try:
        leader, started, here = (folder / MARK).read_text().split()
        if here != _here(folder):
            return
    except (OSError, ValueError):
        return
    now = _stat(int(leader))
    if now is None or now[19] == started:
        end(int(leader))


def _kill(processes: Iterable[int]) -> None:
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _stat(process: int) -> list[str] | None:
    """The fields of /proc/<process>/stat behind the name: state, parent, group, session … (proc(5))."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _here(folder: Path) -> str:
    """What a copy of the folder cannot have, on whatever machine: this start of the system, the space in which a
    process number counts, and the folder itself. Raises OSError for one that is gone."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    status = folder.stat()
    return f"{boot}/{os.readlink('/proc/self/ns/pid')}/{status.st_dev}:{status.st_ino}"
