"""Stages that make a trained model smaller.

A component has, beside its ``Spec`` (whose ``forms`` and ``yields`` say what it takes and makes),
``build(spec, version: Version, bench: Bench) -> Version``. It raises RefusedError where its own result is not good enough, and one that
trains says in its ``Spec`` how long: ``epochs``, and ``least_steps`` where the data are small.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.checked import sha256
from trainer.component import Component, Form
from trainer.errors import TrainerError

if TYPE_CHECKING:
    from trainer.package import ModelConfig
    from trainer.preprocessing import RawModel
    from trainer.rows import Rows


class RefusedError(TrainerError):
    """The stage made something that is not offered; the run succeeds with the stages before it."""


@dataclass(frozen=True)
class Version:
    """A model version: stage 0 is the one that compression began with. ``notes`` go into the table of stages."""

    stage: int
    path: Path
    form: Form
    config: "ModelConfig"
    notes: dict[str, Any] = field(default_factory=dict)


def compressed(config: "ModelConfig", stage: Component, made_from: Path) -> "ModelConfig":
    """The configuration of what ``stage`` makes of the package in ``made_from``: the chain of hashes grows by one link."""
    from trainer.package import Compression  # reaches torch, which the listing of components must not

    step = Compression(stage=stage, made_from=sha256(made_from))
    return config.model_copy(update={"compression": (*config.compression, step)})


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a stage works with: a folder of its own, the model's rows, and training on (with a learning rate)."""

    folder: Path
    rows: "Rows"
    fine_tune: "Callable[[RawModel, float], None]"
    threads: int
