"""Swap tokens

Lets neighbours in a text change places at random, where the order tells less than the words.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from trainer.augmentation import AugmentationSpec
from trainer.columns import Layout

if TYPE_CHECKING:
    from trainer.data.draws import Draws
    from trainer.data.ragged import Ragged

HALF = 0.5


class Spec(AugmentationSpec):
    layouts: ClassVar[frozenset[Layout]] = frozenset({"tokens"})
    order: ClassVar[int] = 4

    part: float = Field(
        0.1,
        gt=0,
        le=1,
        title="Part",
        description="Of the tokens, how many change places with a neighbour each time a text is seen.",
    )


def vary(spec: Spec, values: "Ragged", draws: "Draws") -> "Ragged":
    """Pairs begin at the first token or at the second, by chance: none is in two."""
    import numpy as np

    first = (draws.uniform() < HALF).astype(np.int64)[:, None]
    places = np.arange(values.values.shape[1])
    is_left = (places - first) % 2 == 0
    left = np.where(is_left, places, places - 1)  # of the pair that the place belongs to
    is_pair = (left >= 0) & (left + 1 < values.lengths[:, None])
    chances = np.take_along_axis(draws.uniform_at(len(places)), np.maximum(left, 0), axis=1)
    others = np.where(is_pair & (chances < spec.part), np.where(is_left, places + 1, places - 1), places)
    return replace(values, values=np.take_along_axis(values.values, others, axis=1))
