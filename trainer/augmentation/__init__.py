"""Steps that vary training rows, each time they are seen: never those that validate or test.

A component has, beside its ``Spec`` made from AugmentationSpec, ``vary(spec, values: Array, draws: Draws) -> Array``:
the raw rows [B, …] of one block, uint8 or floating, varied into as many of the same shape and type. All chance comes
from ``draws``, one number a row, by (seed, epoch, row): so the same rows come out for any number of ranks, and behind
any number of restarts.
"""

from typing import ClassVar

from trainer.columns import Column, Layout
from trainer.component import Component


class AugmentationSpec(Component):
    """What the Specs of all augmentation steps share."""

    layouts: ClassVar[frozenset[Layout]] = frozenset()  # of the columns whose rows it varies

    def takes(self, column: Column) -> bool:
        return column.layout in self.layouts
