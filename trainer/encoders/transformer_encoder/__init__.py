"""Transformer encoder

Each token looks at all others (Vaswani et al. 2017; Devlin et al. 2019). For texts, and most apt where there are many.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from trainer.columns import Layout
from trainer.component import ADVANCED
from trainer.parts import Dropout, EncoderSpec, Input, TokenVectors, Width, only
from trainer.sentences import gettext_noop as _


class Fields(TokenVectors):
    """What the encoder and the model of this name let one choose."""

    heads: int = Field(4, ge=1, le=64, title="Heads", description="Ways in which a token looks at the others.")
    depth: int = Field(2, ge=1, le=48, title="Layers", description="One behind the other.")
    inner: Width = Field(256, title="Inner width", description="Of the fully connected part of each layer.")
    norm: Literal["before", "after"] = Field(
        "before",
        title="Normalisation",
        description="Before each part of a layer, which trains more easily, or after it, as BERT has it.",
        json_schema_extra=ADVANCED,
    )
    positions: Literal["rotary", "learned"] = Field(
        "rotary", title="Positions", description="How a token knows where it stands.", json_schema_extra=ADVANCED
    )
    pooling: Literal["mean", "class_token"] = Field(
        "mean",
        title="Pooling",
        description="What tells of the whole text: the mean of its tokens, or one more.",
    )
    dropout: Dropout = 0.2

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Self:
        if self.width % (2 * self.heads):
            raise ValueError(_("The width must be a multiple of twice the heads. Choose another width."))
        return self


class Spec(Fields, EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"tokens"})
    order: ClassVar[int] = 4

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        return self.width

    def arguments(self, inputs: Mapping[str, Input]) -> dict[str, Any]:
        return {"vocabulary": only(inputs).vocabulary, "longest": only(inputs).longest}
