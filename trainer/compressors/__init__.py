"""Stages that make a trained model smaller.

A component has, beside its ``Spec`` (whose ``forms`` and ``yields`` say what it takes and makes),
``build(spec, version: Version, bench: Bench) -> Version``. It raises RefusedError where its own result is not good enough, and
``epochs`` in its ``Spec`` counts how often it trains on all training rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.component import Form
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


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a stage works with: a folder of its own, the model's rows, and training on (epochs, learning rate)."""

    folder: Path
    rows: "Rows"
    fine_tune: "Callable[[RawModel, int, float], None]"
    threads: int
