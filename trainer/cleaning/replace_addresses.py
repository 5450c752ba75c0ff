"""Replace addresses

Web and mail addresses become a word each, “<url>” and “<mail>”: that there is one may tell something, which one does
not.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from trainer.cleaning import TextSpec, with_step
from trainer.columns import Block

if TYPE_CHECKING:
    from trainer.data.prepared import Indices, Prepared


class Spec(TextSpec):
    order: ClassVar[int] = 13

    web: bool = Field(True, title="Web addresses", description="Become “<url>”.")
    mail: bool = Field(True, title="Mail addresses", description="Become “<mail>”.")


def change(spec: Spec, block: Block, names: Sequence[str], prepared: "Prepared", train: "Indices") -> Block:
    return with_step(block, "replace_addresses", web=spec.web, mail=spec.mail)
