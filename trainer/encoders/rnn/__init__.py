"""Recurrent layers

Reads token by token and remembers. For texts.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from trainer.columns import Layout
from trainer.parts import Dropout, EncoderSpec, Input, TokenVectors, Width, only


class Fields(TokenVectors):
    """What the encoder and the model of this name let one choose."""

    cell: Literal["lstm", "gru", "plain"] = Field("gru", title="Cell", description="How a layer remembers.")
    units: Width = Field(128, title="Units", description="Of each layer, in each direction.")
    depth: int = Field(1, ge=1, le=16, title="Layers", description="One behind the other.")
    both_directions: bool = Field(True, title="Both directions", description="Read from the end as well.")
    pooling: Literal["attention", "maximum", "mean", "last"] = Field(
        "maximum", title="Pooling", description="How the states of all tokens become one."
    )
    dropout: Dropout = 0.4


class Spec(Fields, EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"tokens"})
    order: ClassVar[int] = 3

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        return self.units * (1 + self.both_directions)

    def arguments(self, inputs: Mapping[str, Input]) -> dict[str, Any]:
        return {"vocabulary": only(inputs).vocabulary}
