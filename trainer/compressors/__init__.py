"""Stages that make a trained model smaller.

A component has, beside its ``Spec`` (whose ``forms`` and ``yields`` say what it takes and makes),
``build(spec, version: Version, bench: Bench) -> Version``; where that takes torch code of its own, the component is a
folder, and ``build`` calls its ``stage``. It raises RefusedError where its own result is not good
enough. The ``Spec``, made from CompressorSpec, says how it trains the model, if it does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.component import Component, Form
from trainer.errors import TrainerError

if TYPE_CHECKING:
    from trainer.data.rows import Rows
    from trainer.packaging.package import ModelConfig
    from trainer.packaging.preprocessing import RawModel
    from trainer.proving.lossy import Cost


@dataclass(frozen=True)
class Training:
    """How a stage trains the model on: so many epochs, and more where these have fewer than ``least_steps``."""

    epochs: int
    least_steps: int
    learning_rate: float


class CompressorSpec(Component):
    """What the Specs of all compressors share."""

    def training(self) -> Training | None:
        """Known before anything runs, so that a run can tell how many steps it has; None where nothing is trained."""
        return None


class RefusedError(TrainerError):
    """The stage made something that is not offered; the run succeeds with the stages before it."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A model version: stage 0 is the one that compression began with. One in a smaller number format has what that
    ``cost``, and the milliseconds by batch size that the same network takes in float in the same runtime."""

    stage: int
    path: Path
    form: Form
    config: "ModelConfig"
    cost: "Cost | None" = None
    float_latency_ms: dict[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a stage works with: a folder of its own, the model's rows, and ``fine_tune``, which trains a model as the
    stage's Spec says.
    """

    folder: Path
    rows: "Rows"
    fine_tune: "Callable[[RawModel], None]"
    threads: int
