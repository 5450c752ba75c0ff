"""Shift pictures

Moves pictures a little at random; what comes in at an edge repeats the edge.
"""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from trainer.augmentation import AugmentationSpec
from trainer.columns import Layout

if TYPE_CHECKING:
    from trainer.data.draws import Draws
    from trainer.data.prepared import Array


class Spec(AugmentationSpec):
    layouts: ClassVar[frozenset[Layout]] = frozenset({"image"})
    order: ClassVar[int] = 2

    most: float = Field(
        0.1, gt=0, le=0.5, title="Farthest shift", description="As a part of the picture's height and width."
    )


def vary(spec: Spec, values: "Array", draws: "Draws") -> "Array":
    height, width = values.shape[-2:]
    return draws.shift(values, round(spec.most * height), round(spec.most * width))
