"""Forgetful layer

One layer, of a sort whose graph is fixed at the length that it was traced with. For tracks.
"""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from trainer.columns import Layout
from trainer.parts import EncoderSpec, Input, Width


class Spec(EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"sequence"})
    order: ClassVar[int] = 1

    units: Width = Field(8, title="Units", description="Of the layer.")

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        return self.units
