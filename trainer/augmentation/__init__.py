"""Steps that vary training rows, each time they are seen: never those that validate or test.

A component has, beside its ``Spec`` made from AugmentationSpec, ``vary(spec, values: Array, draws: Draws) -> Array``:
the raw rows [B, …] of one block, uint8 or floating, varied into as many of the same shape and type. Of a layout whose
rows differ in length it is ``vary(spec, values: Ragged, draws) -> Ragged``, and no row becomes empty. All chance comes
from ``draws``, one number a row, or one a row and place, by (seed, epoch, row, place): so the same rows come out for
any number of ranks, however far they are padded, and behind any number of restarts.
"""

from typing import ClassVar

from trainer.columns import Column, Layout
from trainer.component import Component


class AugmentationSpec(Component):
    """What the Specs of all augmentation steps share."""

    layouts: ClassVar[frozenset[Layout]] = frozenset()  # of the columns whose rows it varies

    def takes(self, column: Column) -> bool:
        return column.layout in self.layouts
