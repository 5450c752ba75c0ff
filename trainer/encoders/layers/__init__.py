"""Fully connected layers

Layers of neurons, each connected with all of the layer before. For numbers, categories and the like.
"""

from collections.abc import Mapping
from typing import ClassVar

from trainer import parts
from trainer.columns import Layout
from trainer.parts import Dropout, EncoderSpec, Hidden, Input


class Spec(EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"vector"})

    hidden: Hidden = (64,)
    dropout: Dropout = 0.1

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        return self.hidden[-1] if self.hidden else parts.features(inputs)


def spec(hidden: tuple[int, ...], dropout: float) -> Spec:
    """As a part of a model that has these fields itself."""
    return Spec(name="layers", hidden=hidden, dropout=dropout)
