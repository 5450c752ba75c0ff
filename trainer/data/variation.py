"""The augmentation of an epoch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainer import catalog
from trainer.augmentation import AugmentationSpec
from trainer.columns import Block, Column
from trainer.data.draws import Draws
from trainer.data.prepared import Array, Indices
from trainer.data.ragged import Ragged


@dataclass(frozen=True)
class Variation:
    """How training rows vary in one epoch."""

    steps: tuple[AugmentationSpec, ...]
    seed: int
    epoch: int

    def of(self, values: Array, rows: Indices, block: Block, features: Sequence[Column]) -> Array:
        """The raw values [B, …] of a block's columns at these rows, varied by those steps that take such columns."""
        for step, draws in self._steps_for(rows, block, features):
            values = catalog.entry("augmentation", step).module.vary(step, values, draws)
        return values

    def of_ragged(self, values: Ragged, rows: Indices, block: Block, features: Sequence[Column]) -> Ragged:
        """The same of rows that differ in length; none becomes longer than the block's longest."""
        for step, draws in self._steps_for(rows, block, features):
            varied: Ragged = catalog.entry("augmentation", step).module.vary(step, values, draws)
            values = varied.bounded(block.longest)
        return values

    def _steps_for(
        self, rows: Indices, block: Block, features: Sequence[Column]
    ) -> Iterator[tuple[AugmentationSpec, Draws]]:
        columns = [column for column in features if column.name in block.column_names]
        for place, step in enumerate(self.steps):
            if all(map(step.takes, columns)):
                yield step, Draws(rows, self.seed, self.epoch, place, features.index(columns[0]))
