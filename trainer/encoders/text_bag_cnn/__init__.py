"""Bag of pieces and convolutions

Both read the same text, and what they make of it stands side by side: rare runs of tokens, and patterns anywhere. Takes
longer than a bag, and tells more. For texts.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from trainer.columns import Layout
from trainer.encoders import text_bag, text_cnn
from trainer.parts import EncoderSpec, Input, Width, only


class Fields(text_bag.Runs, text_cnn.Fields):
    """What the encoder and the model of this name let one choose."""

    bag_width: Width = Field(4, title="Width of the bag", description="Numbers of the vector of a run.")


class Spec(Fields, EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"tokens"})
    order: ClassVar[int] = 5

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        return self.bag_width + self.channels * len(self.kernels)

    def arguments(self, inputs: Mapping[str, Input]) -> dict[str, Any]:
        return {"vocabulary": only(inputs).vocabulary}
