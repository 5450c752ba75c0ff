"""What an attempt works on: the file ``job.json`` in the attempt's folder, written by whoever starts the attempt.

    job.json       this
    journal        events, appended by rank 0 (trainer.attempt.events)
    control        one byte that rank 0 reads each step: 0 go on, 1 stop, 2 pause, 3 yield (pause for a restart)
    checkpoints/   what an exact resume needs
    out/           files that an ``output`` event names
    exits.json     exit codes and signals of all ranks, written by the launcher at its end
    rank-N.log     what the ranks printed

A rank's exit code is 0 when rank 0 wrote an ``ended`` event. Else it is one of the codes below, or negative: a signal.
"""

import os
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from trainer import checked
from trainer.component import Lenient, Strict
from trainer.specs.compress import CompressSpec
from trainer.specs.parsing import AnySpec
from trainer.specs.train import TrainSpec

GO_ON, STOP, PAUSE, YIELD = range(4)

UNEXPECTED = 1
"""An error of ours; ``ended`` says which, unless it was on another rank than 0 (see its log)."""
DAMAGED = 65
"""An input is damaged, which ``ended`` says. Rank 0 found it while the others were at work: they end because it
does."""
DISK_FULL = 74
"""No room. ``ended`` says paused with the code disk_full, unless the journal had no room for it: the same then."""
NO_PROCESS = 71
"""This machine could start no further process or thread, or open no further file. The launcher's is the same where a
rank's is."""
PEER_LOST = 75
"""Another rank died or hangs: look at that one's exit code. Only such codes and signals: resume."""


class Job(Strict):
    """The spec of a run, the local paths of its inputs by role, and the devices of its ranks."""

    run: str
    attempt: int = Field(ge=1)
    spec: AnySpec
    inputs: dict[str, str] = Field(
        description="Local path of each input by role: prepared, model, upload, upload:0, upload:1 …, an asset’s"
    )
    hashes: dict[str, str] = Field(
        {}, description="SHA-256 of each input by role: a model knows its data by it, an attempt its job."
    )
    devices: Annotated[tuple[str, ...], Lenient] = Field(("cpu:0",), description="One per rank, as cpu:0 or cuda:0.")
    resume: str | None = Field(None, description="Path of the checkpoint to go on from.")

    @model_validator(mode="after")
    def _one_device_per_rank(self) -> Self:
        if self.spec.kind == "train" and len(self.devices) != self.spec.ranks:
            raise ValueError("A train run needs one device for each of its ranks.")
        return self

    @property
    def threads(self) -> int:
        """Threads with which each rank computes."""
        return self.spec.threads if isinstance(self.spec, TrainSpec | CompressSpec) else 1

    def require(self, role: str) -> Path:
        """The path of an input whose bytes are what they should be. Raises DamagedError, and OSError."""
        path = Path(self.inputs[role])
        checked.require(path, self.hashes.get(role), role)
        return path

    @classmethod
    def read(cls, folder: Path) -> "Job":
        return cls.model_validate_json((folder / "job.json").read_bytes())


def command(folder: Path, order: int) -> None:
    """Give a running attempt an order. The byte is written in place, as rank 0 keeps the file open."""
    descriptor = os.open(folder / "control", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(descriptor, bytes([order]), 0)
    finally:
        os.close(descriptor)
