"""Checkpoints: one file with a checksum of its own each (trainer.packaging.tensorfile), from which a run goes on as if
it had never ended.

Tensors: ``model.*``, ``best.*`` (weights of the best epoch so far), ``optimizer.<parameter's name>.<name>``,
``random.<rank>``. The text is JSON with the step, the best epoch, what was fitted on the training rows,
the schedule and what of the optimizer is no tensor.
The data position follows from the step, as the order of rows follows from (seed, epoch).
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

from trainer import scarce
from trainer.errors import CheckpointError, TrainerError
from trainer.packaging import tensorfile
from trainer.packaging.tensorfile import TensorFileError
from trainer.schedules import Scheduler
from trainer.training.parallel import Ranks

MOST_CHECKPOINTS = 2  # the newest may be on its way to the store while the next is written


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
    """The random state of every rank, on every rank: each a row of bytes, the processor's generator
    then the device's.
    """
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


def write(
    folder: Path,
    progress: Progress,
    model: nn.Module,
    blocks: str,
    optimizer: Optimizer,
    schedule: Scheduler,
    random: list[Tensor],
) -> Path:
    """Write a checkpoint into ``folder`` and drop all but the newest. Raises OSError and leaves the older ones
    when it cannot.
    """
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    tensors |= {f"best.{name}": tensor for name, tensor in progress.best_state.items()}
    tensors |= {f"random.{rank}": state for rank, state in enumerate(random)}
    memory = list(_state_of(optimizer))
    tensors |= {f"optimizer.{name}.{key}": value for name, key, value in memory if isinstance(value, Tensor)}
    plain = [item for item in memory if not isinstance(item[2], Tensor)]
    groups = [{key: value for key, value in group.items() if key != "params"} for group in optimizer.param_groups]
    facts = {
        "progress": progress.facts(),
        "blocks": blocks,
        "schedule": schedule.state(),
        "optimizer": {"groups": groups, "state": plain},
    }
    path = folder / f"step-{progress.step:010d}.safetensors"
    tensorfile.write(path, tensors, json.dumps(facts))
    return path


def prune(folder: Path) -> None:
    """Drop all but the newest checkpoints. Called when the newest one's event is in the journal."""
    for old in list_newest_first(folder)[MOST_CHECKPOINTS:]:
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

    @property
    def blocks(self) -> str:
        """What was fitted on the training rows, as JSON."""
        return str(self.facts["blocks"])


def read(path: Path | str) -> Saved:
    """What is in the file. Raises CheckpointError when it is damaged or no checkpoint."""
    with refusing_what_is_damaged():
        text, tensors = tensorfile.read(path)
        return Saved(json.loads(text), tensors)


@contextmanager
def refusing_what_is_damaged() -> Iterator[None]:
    """Raises CheckpointError for what a damaged file brings about; never for want of memory, which torch tells
    by a RuntimeError.
    """
    try:
        yield
    except (TensorFileError, KeyError, ValueError, TypeError) as error:
        raise CheckpointError from error
    except OSError as error:
        if scarce.is_cause(error):
            raise
        raise CheckpointError from error


def restore(saved: Saved, ranks: Ranks, model: nn.Module, optimizer: Optimizer, schedule: Scheduler) -> Progress:
    """Put everything back as it was, and use ``saved`` up: what it holds would stay in memory while the run trains.

    Raises TrainerError when the checkpoint is of another model.
    """
    facts, tensors = saved.facts, saved.tensors
    try:
        model.load_state_dict(_fitting(model, _named(tensors, "model.")))
        optimizer.load_state_dict(_optimizer_state(optimizer, facts["optimizer"], tensors))
        _lay_out(optimizer)
        schedule.restore(facts["schedule"])
        best = _named(tensors, "best.")
        best = {name: tensor.to(ranks.device) for name, tensor in (_fitting(model, best) if best else best).items()}
        restore_random_state(ranks, tensors[f"random.{ranks.rank}"])
        tensors.clear()
        return Progress(**facts["progress"], best_state=best)
    except (KeyError, ValueError, TypeError) as error:
        raise TrainerError(
            "checkpoint_of_another_model",
            "The checkpoint is of another model, or of another release: start the run again.",
        ) from error


def _fitting(model: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """``state`` if it is one of ``model``. Raises ValueError."""
    ours, theirs = ({name: tensor.shape for name, tensor in tensors.items()} for tensors in (model.state_dict(), state))
    if ours != theirs:
        raise ValueError(f"weights of another model: {sorted(ours.items() ^ theirs.items())}")
    return state


def _lay_out(optimizer: Optimizer) -> None:
    """Lay an optimizer's tensors out as their parameters: a fused step reads both from first to last,
    whatever their strides.
    """
    for parameter, values in optimizer.state.items():
        for name, value in values.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                values[name] = torch.empty_like(parameter).copy_(value)


def _named(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _indices(optimizer: Optimizer) -> dict[str, int]:
    """The number under which torch keeps the state of each parameter, by the parameter's name."""
    groups = optimizer.state_dict()["param_groups"]
    return {name: index for group in groups for name, index in zip(group["param_names"], group["params"], strict=True)}


def _state_of(optimizer: Optimizer) -> Iterator[tuple[str, str, Any]]:
    """(parameter's name, key, value) of all that the optimizer remembers of each parameter."""
    state = optimizer.state_dict()["state"]
    return (
        (name, key, value) for name, index in _indices(optimizer).items() for key, value in state.get(index, {}).items()
    )


def _optimizer_state(optimizer: Optimizer, facts: dict[str, Any], tensors: dict[str, Tensor]) -> dict[str, Any]:
    """The saved state as ``optimizer`` numbers its parameters. Raises ValueError where its groups
    are of other parameters.
    """
    ours, theirs = ([group["param_names"] for group in groups] for groups in (optimizer.param_groups, facts["groups"]))
    if ours != theirs:
        raise ValueError("an optimizer of other parameters")
    indices = _indices(optimizer)
    state: dict[int, dict[str, Any]] = {}
    for name, key, value in facts["state"]:
        state.setdefault(indices[name], {})[key] = value
    for path, tensor in _named(tensors, "optimizer.").items():
        name, _, key = path.rpartition(".")
        state.setdefault(indices[name], {})[key] = tensor
    numbered = optimizer.state_dict()["param_groups"]
    groups = [{**group, "params": own["params"]} for group, own in zip(facts["groups"], numbered, strict=True)]
    return {"state": state, "param_groups": groups}
