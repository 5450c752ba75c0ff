"""Drop tokens

Leaves out tokens of a text at random, so that a model does not lean on a single word. At least one stays.
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
    order: ClassVar[int] = 3

    part: float = Field(
        0.1, gt=0, le=0.9, title="Part", description="Of the tokens, how many go each time a text is seen."
    )


def vary(spec: Spec, values: "Ragged", draws: "Draws") -> "Ragged":
    import numpy as np

    chances = np.where(values.is_there, draws.uniform_at(values.values.shape[1]), -1.0)
    last = chances.argmax(axis=1)[:, None] == np.arange(chances.shape[1])
    return values.repeated(((chances >= spec.part) | last).astype(np.int64))
