"""The folders of this machine's attempts: ``<state>/attempts/<run>/<attempt>/``, as
trainer.attempt.job describes them.
"""

import fcntl
import os
import shutil
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID, uuid4

from trainer.attempt import job
from trainer.specs.parsing import parse_complete
from worker.claim import Claim


class AnotherWorkerError(Exception):
    """A second worker was started on the same state folder."""


class Folders:
    """Owns the attempts' folder of a state folder, for one worker at a time."""

    def __init__(self, state: Path) -> None:
        self.root = state / "attempts"
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._name_file = self.root / "worker-name"
        self._lock = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherWorkerError(
                f"Another worker uses {state}; stop it, or give this one a folder of its own in TRAINYARD_STATE."
            ) from None

    def worker_name(self, is_alive: Callable[[str], bool]) -> str:
        """The name under which this state folder's worker is known, the same at every start.

        The worker of a copied folder takes a new one where the original's ``is_alive`` in the same database: else each
        would take the runs of the other for its own.
        """
        name, place = self._noted()
        if place == self._place():
            return name
        if not name or is_alive(name):
            name = f"{socket.gethostname()}-{uuid4().hex[:6]}"
        temporary = self._name_file.with_suffix(".new")
        temporary.write_text(f"{name}\n{self._place()}\n")
        temporary.rename(self._name_file)
        return name

    def _noted(self) -> tuple[str, str]:
        """The worker's name, and the place where it had it; each empty where nothing is noted."""
        name, _, place = (self._name_file.read_text() if self._name_file.exists() else "").strip().partition("\n")
        return name, place

    def _place(self) -> str:
        """What a copy of the folder does not have: which file the lock is, and when that was made. Nobody
        ever changes it."""
        status = os.fstat(self._lock)
        return f"{status.st_ino} {status.st_ctime_ns}"

    def of(self, run: UUID, attempt: int) -> Path:
        return self.root / str(run) / str(attempt)

    def begin(self, claim: Claim, order: int) -> None:
        """Make the attempt's folder, in which commands can be given from now on. Raises OSError, for example for
        a full disk.
        """
        folder = self.of(claim.run.pk, claim.attempt.number)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        (folder / "control").write_bytes(bytes([order]))

    def describe(self, claim: Claim, inputs: Mapping[str, Path], resume: Path | None) -> None:
        """Write the attempt's job, with verified inputs by role and the checkpoint to go on from. Raises OSError."""
        described = job.Job(
            run=str(claim.run.pk),
            attempt=claim.attempt.number,
            spec=parse_complete(claim.run.spec),
            inputs={role: str(path) for role, path in inputs.items()},
            hashes={role: path.name for role, path in inputs.items()},  # the store names a file by its content
            devices=claim.devices,
            resume=None if resume is None else str(resume),
        )
        (self.of(claim.run.pk, claim.attempt.number) / "job.json").write_text(described.model_dump_json())

    def remove(self, run: UUID, attempt: int) -> None:
        """Remove an attempt's folder, once what it held is in the database and the store."""
        folder = self.of(run, attempt)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            folder.parent.rmdir()
        except OSError:
            return  # another attempt's folder is beside it

    def left_over(self) -> list[tuple[UUID, int]]:
        """Run and number of every attempt whose folder is here."""
        return [(UUID(path.parent.name), int(path.name)) for path in self.root.glob("*-*/*") if path.name.isdigit()]
