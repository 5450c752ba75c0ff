"""Descriptors and processes that run out: limits of processes that run, lowered and lifted while they do."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

PIDS = Path("/sys/fs/cgroup/pids")


@contextlib.contextmanager
def descriptors(process: psutil.Process, more: int) -> Iterator[None]:
    """The process may have so many descriptors more than it has now."""
    soft, hard = process.rlimit(psutil.RLIMIT_NOFILE)
    process.rlimit(psutil.RLIMIT_NOFILE, (process.num_fds() + more, hard))
    try:
        yield
    finally:
        process.rlimit(psutil.RLIMIT_NOFILE, (soft, hard))


class Processes:
    """A control group for a process and what it starts, whose number of processes and threads can be limited."""

    def __init__(self, process: psutil.Process) -> None:
        self._group = _parent() / f"trainyard-{uuid4().hex[:8]}"
        try:
            self._group.mkdir()
        except OSError as error:
            pytest.skip(
                "A MACHINE WITHOUT FURTHER PROCESSES WAS NOT TESTED: a control group for it cannot be made "
                f"({error.strerror})"
            )
        for member in (process, *process.children(recursive=True)):
            (self._group / "cgroup.procs").write_text(str(member.pid))

    @contextlib.contextmanager
    def limited(self, more: int) -> Iterator[None]:
        """So many may be started until the end, and no more."""
        (self._group / "pids.max").write_text(str(int((self._group / "pids.current").read_text()) + more))
        try:
            yield
        finally:
            (self._group / "pids.max").write_text("max")

    def close(self) -> None:
        """Remove the group; what still lives in it goes back to ours."""
        while members := (self._group / "cgroup.procs").read_text().split():  # one may be forked meanwhile
            for member in members:
                with contextlib.suppress(ProcessLookupError):
                    (_parent() / "cgroup.procs").write_text(member)
        self._group.rmdir()


def _parent() -> Path:
    """Our own group in the hierarchy that limits processes: of version 1, or the only one."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _number, controllers, group = line.split(":", 2)
        if controllers == "pids":
            return PIDS / group.lstrip("/")
    group = Path("/proc/self/cgroup").read_text().rpartition("::")[2].strip()
    return Path("/sys/fs/cgroup") / group.lstrip("/")
