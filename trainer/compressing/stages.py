"""How far a compress run has come: what its stages made, and the file from which it goes on after a pause or a crash.

Such a checkpoint is one file of trainer.packaging.tensorfile that holds files: the versions of the stages that are
done and, in the middle of a stage that trains, the training's own checkpoint. The text is JSON with the step and the
table of stages.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import TypeAdapter
from torch import Tensor

from trainer import files
from trainer.attempt import events
from trainer.attempt.journal import Journal, Log
from trainer.component import Form
from trainer.compressing.stage_rows import Measured, Refused, StageRow
from trainer.packaging import tensorfile
from trainer.training.checkpoint import refusing_what_is_damaged

TRAINING = "training"
_rows = TypeAdapter(list[StageRow])
MOST_CHECKPOINTS = 2  # the newest may be on its way to the store while the next is written


@dataclass
class Stages:
    """``rows`` has one per stage that is done, the original's first; ``names`` the file in ``out/`` of each
    version.

    ``stopped_at``: the run's step at which a person ended the training of the last of them.
    """

    out: Path
    rows: list[Measured | Refused] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    stopped_at: int | None = None

    @property
    def done(self) -> int:
        """How many stages are behind us."""
        return max(0, len(self.rows) - 1)

    def table(self) -> list[dict[str, Any]]:
        """The rows as JSON."""
        return [row.model_dump(mode="json") for row in self.rows]


def write(folder: Path, step: int, stages: Stages, training: Path | None = None) -> Path:
    """Write a checkpoint into ``folder`` and drop all but the newest two."""
    contents = {f"out.{name}": _bytes(stages.out / name) for name in stages.names}
    if training is not None:
        contents[TRAINING] = _bytes(training)
    contents["step"] = torch.tensor([step])  # a file needs a tensor, also before the first stage is done
    facts = {"step": step, "table": stages.table(), "names": stages.names}
    folder.mkdir(exist_ok=True)
    path = folder / f"stages-{step:010d}-{stages.done:02d}.safetensors"
    tensorfile.write(path, contents, json.dumps(facts))
    for old in sorted(folder.glob("stages-*.safetensors"), reverse=True)[MOST_CHECKPOINTS:]:
        old.unlink(missing_ok=True)
    return path


def read(path: Path | str, out: Path, training: Path) -> tuple[Stages, int, Path | None]:
    """Put the versions back into ``out``; the stages, the step, and the training's checkpoint when one was under way.

    Raises CheckpointError when the file is damaged or something else.
    """
    with refusing_what_is_damaged():
        text, contents = tensorfile.read(path)
        facts = json.loads(text)
        stages = Stages(out, _rows.validate_python(facts["table"], strict=False), facts["names"])
        for name in stages.names:
            files.write(out / Path(name).name, contents[f"out.{name}"].numpy().tobytes())
        if TRAINING not in contents:
            return stages, int(facts["step"]), None
        files.write(training, contents[TRAINING].numpy().tobytes())
        return stages, int(facts["step"]), training


def _bytes(path: Path) -> Tensor:
    return torch.from_numpy(np.fromfile(path, np.uint8))


class StageJournal(Journal):
    """A stage's training writes here: its steps become steps of the whole run, its checkpoints become
    checkpoints of the run.
    """

    def __init__(self, journal: Journal, earlier_steps: int, keep: Callable[[int, Path], Path], folder: Path) -> None:
        self._journal = journal
        self._earlier = earlier_steps
        self._keep = keep
        self._folder = folder

    def write(self, event: events.Event) -> None:
        match event:
            case events.Started():
                return  # the run has said so itself
            case events.Checkpoint():
                step = event.step + self._earlier
                path = self._keep(step, self._folder / event.path)
                self._journal.write(events.Checkpoint(step=step, path=str(path.relative_to(self._folder))))
            case _:
                self._journal.write(event)

    def log(self, step: int, values: Mapping[str, float]) -> None:
        self._journal.log(step + self._earlier, values)

    def series(self, *names: str) -> Log:
        log, earlier = self._journal.series(*names), self._earlier
        return lambda step, values: log(step + earlier, values)

    def sync(self) -> None:
        self._journal.sync()

    def close(self) -> None:
        pass


def file_name(stage: int, component: str, form: Form) -> str:
    """What a stage's version is called."""
    return f"stage-{stage}-{component}.{'onnx' if form == 'onnx' else 'safetensors'}"
