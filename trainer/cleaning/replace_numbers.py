"""Replace numbers

Numbers in digits become the word “<number>”, in “10kg” too. Numbers in words stay.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from trainer.cleaning import TextSpec, with_step
from trainer.columns import Block

if TYPE_CHECKING:
    from trainer.data.prepared import Indices, Prepared


class Spec(TextSpec):
    order: ClassVar[int] = 14


def change(spec: Spec, block: Block, names: Sequence[str], prepared: "Prepared", train: "Indices") -> Block:
    return with_step(block, "replace_numbers")
