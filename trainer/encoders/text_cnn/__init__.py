"""Convolutions over texts

Looks for patterns of some tokens anywhere in a text, and keeps how well each was met (Kim 2014). For texts.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from trainer.columns import Layout
from trainer.component import Lenient
from trainer.parts import Dropout, EncoderSpec, Input, TokenVectors, Width, only

Kernels = Annotated[
    tuple[Annotated[int, Field(ge=1, le=15)], ...],
    Lenient,
    Field(min_length=1, max_length=8, title="Kernels", description="Tokens that the patterns of each sort are long."),
]


class Fields(TokenVectors):
    """What the encoder and the model of this name let one choose."""

    kernels: Kernels = (1, 2, 3, 4)
    channels: Width = Field(64, title="Channels", description="Patterns of each length.")
    dropout: Dropout = 0.4


class Spec(Fields, EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"tokens"})
    order: ClassVar[int] = 2

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        return self.channels * len(self.kernels)

    def arguments(self, inputs: Mapping[str, Input]) -> dict[str, Any]:
        return {"vocabulary": only(inputs).vocabulary}
