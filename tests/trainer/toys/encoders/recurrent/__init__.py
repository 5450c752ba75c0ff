"""Recurrent layer

One layer over all steps, and the mean of what it gives. For tracks.
"""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from trainer.columns import Layout
from trainer.parts import EncoderSpec, Input, Width


class Spec(EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"sequence"})

    units: Width = Field(8, title="Units", description="Of the layer.")

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        return self.units
