"""HTML to text

Tags, comments, scripts and styles go, “&amp;” becomes “&”, and a paragraph begins a line. What is no tag
stays: “a < b”.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from trainer.cleaning import TextSpec, with_step
from trainer.columns import Block

if TYPE_CHECKING:
    from trainer.data.prepared import Indices, Prepared


class Spec(TextSpec):
    order: ClassVar[int] = 10


def change(spec: Spec, block: Block, names: Sequence[str], prepared: "Prepared", train: "Indices") -> Block:
    return with_step(block, "html_to_text")
