"""The warm process seen from the agent: it has imported torch and forks a launcher for each attempt."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from trainer.attempt import job

ROOT = Path(__file__).resolve().parent.parent
# What training may need of our environment. The rest stays here: no database, broker or secret reaches a rank.
PASSED_ON = frozenset(
    {
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "TMPDIR",
        "TZ",
        "LD_LIBRARY_PATH",
        "CUDA_VISIBLE_DEVICES",
        "CUDA_HOME",
        "NVIDIA_VISIBLE_DEVICES",
        "NVIDIA_DRIVER_CAPABILITIES",
        "NCCL_DEBUG",
        "NCCL_SOCKET_IFNAME",
        "GLOO_SOCKET_IFNAME",
    }
)
ADDED = {"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}  # the order in which nvidia-smi, and so the agent, numbers the GPUs


class WarmGoneError(Exception):
    """The warm process has ended, and with it everything it forked."""


@dataclass(frozen=True)
class News:
    """A launcher was forked (``status`` is None) or has ended with a wait status; one without ``pid`` could
    not be forked.
    """

    folder: Path
    pid: int | None
    status: int | None

    @property
    def lacks_processes(self) -> bool:
        return self.status is not None and os.waitstatus_to_exitcode(self.status) == job.NO_PROCESS


class Warm:
    """One warm process. It dies with the thread that made it, so make it from one that lives as long as the worker."""

    PROGRAM: ClassVar[str] = "trainer.attempt.warm"

    def __init__(self, log: Path) -> None:
        log.parent.mkdir(mode=0o700, exist_ok=True)
        ours, theirs = socket.socketpair()
        with theirs, log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self.PROGRAM, "--socket", str(theirs.fileno())],
                cwd=ROOT,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        ours.setblocking(False)
        self._socket = ours
        self._received = b""

    def fileno(self) -> int:
        return self._socket.fileno()

    def launch(self, folder: Path) -> None:
        """Ask for a launcher for the attempt in ``folder``. Raises WarmGoneError."""
        try:
            self._socket.sendall(json.dumps({"folder": str(folder)}).encode() + b"\n")
        except OSError as error:
            raise WarmGoneError from error

    def news(self) -> list[News]:
        """What has happened since the last call. Raises WarmGoneError, after all that was said before."""
        is_closed = not self._receive()
        *lines, self._received = self._received.split(b"\n")
        news = [_parse(json.loads(line)) for line in lines if line.strip()]
        if is_closed and not news:
            raise WarmGoneError
        return [item for item in news if item is not None]

    def close(self) -> None:
        """End the process and everything it forked."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _receive(self) -> bool:
        """Take in what has arrived; False at the end of the connection."""
        try:
            while block := self._socket.recv(65536):
                self._received += block
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False


def environment() -> dict[str, str]:
    """What of ours reaches the processes that touch what somebody sent."""
    return {name: value for name, value in os.environ.items() if name in PASSED_ON} | ADDED


def _parse(message: dict[str, Any]) -> News | None:
    if "pid" not in message:
        return None
    return News(Path(message["folder"]), message["pid"], message.get("status"))
