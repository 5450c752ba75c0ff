"""What all stages of a compression share."""

import math
from dataclasses import dataclass
from pathlib import Path

from trainer.attempt.control import Control
from trainer.attempt.journal import Journal
from trainer.compressors import Training, Version
from trainer.data.rows import Rows
from trainer.specs.compress import CompressSpec
from trainer.specs.train import TrainSpec
from trainer.training.parallel import Ranks


@dataclass(frozen=True, kw_only=True)
class Compression:
    """``recipe`` is the spec by which the model was trained, and is trained on."""

    spec: CompressSpec
    folder: Path
    journal: Journal
    control: Control
    ranks: Ranks
    data: Rows
    recipe: TrainSpec
    original: Version

    @property
    def steps_per_epoch(self) -> int:
        return self.data.batches(self.recipe.batch_size, self.recipe.seed).per_epoch

    def steps(self, stages: int) -> int:
        """Training steps of the first ``stages``."""
        return self.steps_per_epoch * sum(self.epochs(stage.training()) for stage in self.spec.stages[:stages])

    def epochs(self, training: Training | None) -> int:
        """How often a stage that trains so sees all training rows; 0 when it does not train."""
        return max(training.epochs, math.ceil(training.least_steps / self.steps_per_epoch)) if training else 0
