"""The augmentation of an epoch."""

from collections.abc import Sequence
from dataclasses import dataclass

from trainer import catalog
from trainer.augmentation import AugmentationSpec
from trainer.columns import Block, Column
from trainer.data.draws import Draws
from trainer.data.prepared import Array, Indices


@dataclass(frozen=True)
class Variation:
    """How training rows vary in one epoch."""

    steps: tuple[AugmentationSpec, ...]
    seed: int
    epoch: int

    def of(self, values: Array, rows: Indices, block: Block, features: Sequence[Column]) -> Array:
        """The raw values [B, …] of a block's columns at these rows, varied by those steps that take such columns."""
        if not self.steps:
            return values
        columns = [column for column in features if column.name in block.column_names]
        for place, step in enumerate(self.steps):
            if all(map(step.takes, columns)):
                draws = Draws(rows, self.seed, self.epoch, place, features.index(columns[0]))
                values = catalog.entry("augmentation", step).module.vary(step, values, draws)
        return values
