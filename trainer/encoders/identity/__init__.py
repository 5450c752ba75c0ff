"""As it is

The encoded values themselves: what follows tells from them directly.
"""

from collections.abc import Mapping
from typing import ClassVar

from trainer import parts
from trainer.columns import Layout
from trainer.parts import EncoderSpec, Input


class Spec(EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"vector", "image"})
    order: ClassVar[int] = 1  # what is made for a layout stands first, and is taken for it unasked

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        return parts.features(inputs)
