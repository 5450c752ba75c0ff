"""Lower case

Capital letters become small ones, so that “Good” and “good” are one word.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from trainer.cleaning import TextSpec, with_step
from trainer.columns import Block

if TYPE_CHECKING:
    from trainer.data.prepared import Indices, Prepared


class Spec(TextSpec):
    order: ClassVar[int] = 12


def change(spec: Spec, block: Block, names: Sequence[str], prepared: "Prepared", train: "Indices") -> Block:
    return with_step(block, "lower_case")
