"""Child processes that die with the process that started them."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def start(
    command: Sequence[str],
    *,
    log: Path,
    at_parents_death: signal.Signals,
    environment: Mapping[str, str] | None = None,
    keep: Sequence[int] = (),
    user: int | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a process group of its own. Call it from the main thread: the death signal is the thread's.

    ``keep`` lists file descriptors that the child inherits; ``user`` is the account it runs as, if not ours;
    ``folder`` is where it works, if not here.
    """
    log.parent.mkdir(mode=0o700, exist_ok=True)
    with open(log, "ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            pass_fds=keep,
            process_group=0,
            preexec_fn=_before(at_parents_death, os.getpid(), user),
        )


def die_with_parent(death: signal.Signals) -> None:
    """Have the system send us ``death`` when the thread that started us ends. Only Linux has such a thing."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death), 0, 0, 0)


def _before(death: signal.Signals, parent: int, user: int | None) -> Callable[[], None]:
    def before() -> None:
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)  # clears the death signal, hence it is set after this
        die_with_parent(death)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return before


def end(process: "subprocess.Popen[bytes]", first: signal.Signals, seconds: float) -> int:
    """Ask a child to end, wait so long, then kill it. Returns its exit status."""
    if process.poll() is None:
        process.send_signal(first)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, for a message that says why a child did not start."""
    try:
        with open(log, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""
