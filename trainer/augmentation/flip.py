"""Flip pictures

Turns pictures over at random, where left and right, or top and bottom, mean the same: a leaf, not a letter.
"""

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from trainer.augmentation import AugmentationSpec
from trainer.columns import Layout

if TYPE_CHECKING:
    from trainer.data.draws import Draws
    from trainer.data.prepared import Array

ROWS, COLUMNS = -2, -1  # axes of a picture [B, C, H, W]


class Spec(AugmentationSpec):
    layouts: ClassVar[frozenset[Layout]] = frozenset({"image"})
    order: ClassVar[int] = 1

    direction: Literal["left and right", "top and bottom", "both"] = Field(
        "left and right", title="Sides", description="Which sides change places; with both, each by itself."
    )
    part: float = Field(
        0.5, gt=0, le=1, title="Part", description="Of the pictures, how many are flipped each time they are seen."
    )


def vary(spec: Spec, values: "Array", draws: "Draws") -> "Array":
    if spec.direction != "top and bottom":
        values = draws.choose(spec.part, values[..., ::-1], values)
    if spec.direction != "left and right":
        values = draws.choose(spec.part, values[..., ::-1, :], values)
    return values
