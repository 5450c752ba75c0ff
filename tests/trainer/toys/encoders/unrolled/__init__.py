"""Unrolled loop

One cell over all tokens, in a loop of which a graph has as many rounds as there were tokens at its tracing. For texts.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from trainer.columns import Layout
from trainer.parts import EncoderSpec, Input, Width, only


class Spec(EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"tokens"})
    order: ClassVar[int] = 9

    units: Width = Field(8, title="Units", description="Of the cell.")

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        return self.units

    def arguments(self, inputs: Mapping[str, Input]) -> dict[str, Any]:
        return {"vocabulary": only(inputs).vocabulary}
