"""What a training works with."""

from dataclasses import dataclass
from functools import cached_property

import torch

from trainer import catalog
from trainer.attempt.journal import Journal
from trainer.data.rows import Rows
from trainer.packaging.preprocessing import RawModel
from trainer.specs.train import TrainSpec
from trainer.task import LossOf
from trainer.training.parallel import Ranks

DTYPES = {"float32": torch.float32, "float64": torch.float64}


@dataclass(frozen=True)
class Setting:
    """The spec, the model that is trained, its rows, the ranks that share the work, and the journal of the run."""

    spec: TrainSpec
    model: RawModel
    data: Rows
    ranks: Ranks
    journal: Journal

    @property
    def dtype(self) -> torch.dtype:
        """Of weights and data."""
        return DTYPES[self.spec.precision]

    @cached_property
    def loss_of(self) -> LossOf:
        component: LossOf = catalog.build("losses", self.spec.loss, self.data.task.target)
        return component
