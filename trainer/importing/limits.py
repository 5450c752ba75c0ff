"""The limits under which uploaded content is opened, in a process of its own."""

import errno
import gc
import resource
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

from trainer.columns import Readings
from trainer.component import Component
from trainer.errors import TrainerError
from trainer.importing.preparation import Preparation, prepare

GIB = 1024**3


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an inspection may use. ``memory`` counts what it allocates itself, not files that it maps."""

    memory: int = 4 * GIB
    cpu_seconds: int = 1800
    file_size: int = 32 * GIB
    files: int = 256


ORDINARY = Limits()
NEW_OBJECTS = 100_000  # between two looks for garbage


def collect_seldom() -> None:
    """Spare the garbage collector work: what is loaded stays, and an import leaves hardly any circles behind."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def limit(limits: Limits = ORDINARY) -> None:
    """Limit this process for good. Call it after the last fork and before any content is opened.

    The soft limit of time raises TrainerError where the work stands; ten seconds later the kernel ends the process. No
    further process can be started (where the kernel counts processes: not for root).
    """
    collect_seldom()
    signal.signal(signal.SIGXCPU, _out_of_time)
    used = int(resource.getrusage(resource.RUSAGE_SELF).ru_utime + resource.getrusage(resource.RUSAGE_SELF).ru_stime)
    _set(resource.RLIMIT_DATA, _allocated() + limits.memory)
    _set(resource.RLIMIT_CPU, used + limits.cpu_seconds, used + limits.cpu_seconds + 10)
    _set(resource.RLIMIT_FSIZE, limits.file_size)
    _set(resource.RLIMIT_NOFILE, limits.files)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_NPROC, 0)


def _set(kind: int, soft: int, hard: int | None = None) -> None:
    """Lower a limit; one that is lower already stays."""
    _, ceiling = resource.getrlimit(kind)
    bound = [value if ceiling == resource.RLIM_INFINITY else min(value, ceiling) for value in (soft, hard or soft)]
    resource.setrlimit(kind, (bound[0], bound[1]))


def _allocated() -> int:
    """Bytes of private memory that this process has now: what it was forked with does not count as the inspection's."""
    return int(psutil.Process().memory_info().data)


def _out_of_time(signum: int, frame: FrameType | None) -> None:
    raise TrainerError(
        "inspect_time", "Opening the file took too long, so it was given up. Import it in smaller parts."
    )


def guarded(
    paths: Sequence[Path],
    names: Sequence[str],
    out: Path,
    chosen: Component | None = None,
    readings: Readings | None = None,
) -> Preparation:
    """``prepare``, with a limit that was hit told in a sentence."""
    try:
        return prepare(paths, names, out, chosen, readings)
    except MemoryError as error:
        raise TrainerError(
            "inspect_memory", "Opening the file needs more memory than an import may use. Import it in smaller parts."
        ) from error
    except OSError as error:
        raise _about_files(error) from error


def _about_files(error: OSError) -> Exception:
    if error.errno == errno.EFBIG:
        return TrainerError(
            "inspect_file_size", "Unpacked, the data are larger than an import may write. Import them in parts."
        )
    if error.errno == errno.EMFILE:
        return TrainerError(
            "inspect_files", "These are more files than an import may have open at once. Import them in parts."
        )
    if error.errno == errno.ENOMEM:
        return TrainerError(
            "inspect_memory", "Opening the file needs more memory than an import may use. Import it in smaller parts."
        )
    return error
