"""What an attempt works on: the file ``job.json`` in the attempt's folder, written by whoever starts the attempt.

    job.json       this
    journal        events, appended by rank 0 (trainer.events)
    control        one byte that rank 0 reads each step: 0 go on, 1 stop, 2 pause, 3 yield (pause for a restart)
    checkpoints/   what an exact resume needs
    out/           files that an ``output`` event names
    exits.json     exit codes and signals of all ranks, written by the launcher at its end
    rank-N.log     what the ranks printed
"""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from trainer.component import Strict
from trainer.spec import AnySpec, Lenient

GO_ON, STOP, PAUSE, YIELD = range(4)


class Job(Strict):
    """The spec of a run, the local paths of its inputs by role, and the devices of its ranks."""

    run: str
    attempt: int = Field(ge=1)
    spec: AnySpec
    inputs: dict[str, str] = Field(description="Local path of each input by role: prepared, model, upload:0, upload:1 …")
    devices: Annotated[tuple[str, ...], Lenient] = Field(("cpu:0",), description="One per rank, as cpu:0 or cuda:0.")
    resume: str | None = Field(None, description="Path of the checkpoint to go on from.")

    @classmethod
    def read(cls, folder: Path) -> "Job":
        return cls.model_validate_json((folder / "job.json").read_bytes())
