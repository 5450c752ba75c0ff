"""Remove punctuation

Marks of punctuation become spaces, and many spaces one: what Unicode has as categories P, as in “, . ! ' - 。 、”.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from trainer.cleaning import TextSpec, with_step
from trainer.columns import Block

if TYPE_CHECKING:
    from trainer.data.prepared import Indices, Prepared


class Spec(TextSpec):
    order: ClassVar[int] = 15

    symbols: bool = Field(
        False,
        title="Symbols too",
        description="Also category S: signs of arithmetic and currency, and emoji, which often say how somebody feels.",
    )


def change(spec: Spec, block: Block, names: Sequence[str], prepared: "Prepared", train: "Indices") -> Block:
    return with_step(block, "remove_punctuation", symbols=spec.symbols)
