"""Repeat tokens

Says tokens of a text twice at random, so that a model does not count them.
"""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from trainer.augmentation import AugmentationSpec
from trainer.columns import Layout

if TYPE_CHECKING:
    from trainer.data.draws import Draws
    from trainer.data.ragged import Ragged


class Spec(AugmentationSpec):
    layouts: ClassVar[frozenset[Layout]] = frozenset({"tokens"})
    order: ClassVar[int] = 5

    part: float = Field(
        0.1, gt=0, le=1, title="Part", description="Of the tokens, how many come twice each time a text is seen."
    )


def vary(spec: Spec, values: "Ragged", draws: "Draws") -> "Ragged":
    import numpy as np

    is_twice = draws.uniform_at(values.values.shape[1]) < spec.part
    return values.repeated(1 + is_twice.astype(np.int64))
