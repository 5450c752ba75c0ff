"""Remove stop words

Leaves out words that come in any text, such as “the” and “of”, or “的” and “了”. Those that turn a sentence round stay:
“not”, “不”.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from trainer.cleaning import TextSpec, with_step
from trainer.columns import Block

if TYPE_CHECKING:
    from trainer.data.prepared import Indices, Prepared


class Spec(TextSpec):
    order: ClassVar[int] = 16

    language: Literal["english", "chinese"] = Field(
        "english",
        title="Language",
        description="Which words. Chinese ones are found without spaces: the longest match is taken.",
    )


def change(spec: Spec, block: Block, names: Sequence[str], prepared: "Prepared", train: "Indices") -> Block:
    return with_step(block, "remove_stop_words", language=spec.language)
