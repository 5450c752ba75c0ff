"""The limits of a process that opens what somebody sent."""

import gc
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import psutil

GIB = 1024**3
NEW_OBJECTS = 100_000  # between two looks for garbage


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What such a process may use beside what it was forked with. ``memory`` counts what it allocates, not files that
    it maps."""

    memory: int = 4 * GIB
    cpu_seconds: int = 1800
    file_size: int = 32 * GIB
    files: int = 256


def collect_seldom() -> None:
    """Spare the garbage collector work: what is loaded stays, and such a process leaves hardly any circles behind."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def limit(limits: Limits, out_of_time: Callable[[int, FrameType | None], None]) -> None:
    """Limit this process for good. Call it after the last fork and before any content is opened.

    The soft limit of time calls ``out_of_time``; ten seconds later the kernel ends the process. No further process can
    be started (where the kernel counts processes: not for root).
    """
    collect_seldom()
    signal.signal(signal.SIGXCPU, out_of_time)
    used = int(resource.getrusage(resource.RUSAGE_SELF).ru_utime + resource.getrusage(resource.RUSAGE_SELF).ru_stime)
    _set(resource.RLIMIT_DATA, _allocated() + limits.memory)
    _set(resource.RLIMIT_CPU, used + limits.cpu_seconds, used + limits.cpu_seconds + 10)
    _set(resource.RLIMIT_FSIZE, limits.file_size)
    _set(resource.RLIMIT_NOFILE, psutil.Process().num_fds() + limits.files)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_NPROC, 0)


def _set(kind: int, soft: int, hard: int | None = None) -> None:
    """Lower a limit; one that is lower already stays."""
    _, ceiling = resource.getrlimit(kind)
    bound = [value if ceiling == resource.RLIM_INFINITY else min(value, ceiling) for value in (soft, hard or soft)]
    resource.setrlimit(kind, (bound[0], bound[1]))


def _allocated() -> int:
    """Bytes of private memory that this process has now: what it was forked with does not count."""
    return int(psutil.Process().memory_info().data)
