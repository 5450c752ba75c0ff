"""Checkpoints: one file with a checksum of its own each (trainer.tensorfile), from which a run goes on as if it had
never ended.

Tensors: ``model.*``, ``best.*`` (weights of the best epoch so far), ``optimizer.<parameter>.<name>``, ``random.<rank>.<device>``.
The text is JSON with the step, the best epoch, the schedule and what of the optimizer is no tensor. The data position
follows from the step, as the order of rows follows from (seed, epoch).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from trainer import scarce, tensorfile
from trainer.errors import CheckpointError, TrainerError
from trainer.parallel import Ranks
from trainer.tensorfile import TensorFileError

KEPT = 2  # the newest may be on its way to the store while the next is written


@dataclass
class Progress:
    """Where a run stands after ``step`` steps. ``best`` is the best epoch's rank among others: higher is better."""

    step: int = 0
    seconds: float = 0.0
    best: list[float] = field(default_factory=list)
    best_epoch: int = 0
    best_scores: dict[str, float] = field(default_factory=dict)
    best_state: dict[str, Tensor] = field(default_factory=dict, repr=False)

    def facts(self) -> dict[str, Any]:
        """All but the tensors."""
        return {name: value for name, value in vars(self).items() if name != "best_state"}


def random_state(ranks: Ranks) -> list[Tensor]:
    """The random state of every rank, on every rank: each a row of bytes, the processor's generator then the device's."""
    states = [torch.get_rng_state()]
    if ranks.device.type == "cuda":
        states.append(torch.cuda.get_rng_state(ranks.device))
    mine = torch.cat(states)
    return ranks.gather(mine, [len(mine)] * ranks.count)


def restore_random_state(ranks: Ranks, state: Tensor) -> None:
    """Raises ValueError for bytes that are no random state."""
    length = len(torch.get_rng_state())
    try:
        torch.set_rng_state(state[:length].clone())
        if ranks.device.type == "cuda" and len(state) > length:
            torch.cuda.set_rng_state(state[length:].clone(), ranks.device)
    except RuntimeError as error:
        raise ValueError("no random state") from error


def write(folder: Path, progress: Progress, model: nn.Module, optimizer: Optimizer, schedule: LRScheduler,
          random: list[Tensor]) -> Path:
    """Write a checkpoint into ``folder`` and drop all but the newest. Raises OSError and leaves the older ones when it cannot."""
    state = optimizer.state_dict()
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    tensors |= {f"best.{name}": tensor for name, tensor in progress.best_state.items()}
    tensors |= {f"random.{rank}": state for rank, state in enumerate(random)}
    plain: dict[str, dict[str, Any]] = {}
    for parameter, values in state["state"].items():
        for name, value in values.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{parameter}.{name}"] = value
            else:
                plain.setdefault(str(parameter), {})[name] = value
    facts = {"progress": progress.facts(), "schedule": schedule.state_dict(),
             "optimizer": {"groups": state["param_groups"], "state": plain}}
    path = folder / f"step-{progress.step:010d}.safetensors"
    tensorfile.write(path, tensors, json.dumps(facts))
    return path


def prune(folder: Path) -> None:
    """Drop all but the newest checkpoints. Called when the newest one's event is in the journal."""
    for old in list_newest_first(folder)[KEPT:]:
        old.unlink(missing_ok=True)


def list_newest_first(folder: Path) -> list[Path]:
    """Complete checkpoints in ``folder``."""
    return sorted(folder.glob("step-*.safetensors"), reverse=True)


@dataclass(frozen=True)
class Saved:
    """What a checkpoint holds, read whole and found undamaged."""

    facts: dict[str, Any]
    tensors: dict[str, Tensor]

    @property
    def step(self) -> int:
        """The step at which it was written."""
        return int(self.facts["progress"]["step"])


def read(path: Path | str) -> Saved:
    """What is in the file. Raises CheckpointError when it is damaged or no checkpoint."""
    with refusing_what_is_damaged():
        text, tensors = tensorfile.read(path)
        return Saved(json.loads(text), tensors)


@contextmanager
def refusing_what_is_damaged() -> Iterator[None]:
    """Raises CheckpointError for what a damaged file brings about; never for want of memory, which torch tells by a RuntimeError."""
    try:
        yield
    except (TensorFileError, KeyError, ValueError, TypeError) as error:
        raise CheckpointError from error
    except OSError as error:
        if scarce.is_cause(error):
            raise
        raise CheckpointError from error


def restore(saved: Saved, ranks: Ranks, model: nn.Module, optimizer: Optimizer, schedule: LRScheduler) -> Progress:
    """Put everything back as it was, and use ``saved`` up: what it holds would stay in memory while the run trains.

    Raises TrainerError when the checkpoint is of another model.
    """
    facts, tensors = saved.facts, saved.tensors
    try:
        model.load_state_dict(_fitting(model, _named(tensors, "model.")))
        optimizer.load_state_dict(_optimizer_state(facts["optimizer"], tensors))
        _lay_out(optimizer)
        schedule.load_state_dict(facts["schedule"])
        best = _named(tensors, "best.")
        best = {name: tensor.to(ranks.device) for name, tensor in (_fitting(model, best) if best else best).items()}
        restore_random_state(ranks, tensors[f"random.{ranks.rank}"])
        tensors.clear()
        return Progress(**facts["progress"], best_state=best)
    except (KeyError, ValueError, TypeError) as error:
        raise TrainerError("checkpoint_of_another_model", "The checkpoint is of another model, or of another release: "
                           "start the run again.") from error


def _fitting(model: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """``state`` if it is one of ``model``. Raises ValueError."""
    ours, theirs = ({name: tensor.shape for name, tensor in found.items()} for found in (model.state_dict(), state))
    if ours != theirs:
        raise ValueError(f"weights of another model: {sorted(ours.items() ^ theirs.items())}")
    return state


def _lay_out(optimizer: Optimizer) -> None:
    """Lay an optimizer's tensors out as their parameters: a fused step reads both from first to last, whatever their strides."""
    for parameter, values in optimizer.state.items():
        for name, value in values.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                values[name] = torch.empty_like(parameter).copy_(value)


def _named(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _optimizer_state(facts: dict[str, Any], tensors: dict[str, Tensor]) -> dict[str, Any]:
    state: dict[int, dict[str, Any]] = {int(parameter): dict(values) for parameter, values in facts["state"].items()}
    for name, tensor in _named(tensors, "optimizer.").items():
        parameter, _, key = name.partition(".")
        state.setdefault(int(parameter), {})[key] = tensor
    return {"state": state, "param_groups": facts["groups"]}
