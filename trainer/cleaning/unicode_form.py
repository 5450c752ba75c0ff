"""Unicode form

One spelling for characters that are the same: é as one character or as e with an accent.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from trainer.cleaning import TextSpec, with_step
from trainer.columns import Block

if TYPE_CHECKING:
    from trainer.data.prepared import Indices, Prepared


class Spec(TextSpec):
    order: ClassVar[int] = 11

    form: Literal["NFC", "NFKC"] = Field(
        "NFKC",
        title="Form",
        description="NFC joins letters and their accents; NFKC also makes plain letters of those of full width, of "
        "ligatures and of raised digits.",
    )


def change(spec: Spec, block: Block, names: Sequence[str], prepared: "Prepared", train: "Indices") -> Block:
    return with_step(block, "unicode_form", form=spec.form)
