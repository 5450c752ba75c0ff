"""Fully connected network

Layers of neurons, each connected with all of the layer before. For tables.
"""

from collections.abc import Mapping
from typing import ClassVar, Self

from trainer.columns import Layout
from trainer.encoders import layers
from trainer.model import ModelSpec, Widths
from trainer.parts import Dropout, Hidden, Input, Parts


class Spec(ModelSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = layers.Spec.layouts_taken

    hidden: Hidden = (64, 64)
    dropout: Dropout = 0.1

    def parts(self, inputs: Mapping[str, Input]) -> Parts:
        return {"encoder": layers.spec(self.hidden, self.dropout).part(inputs)}

    def narrowed(self, inputs: Mapping[str, Input], widths: Mapping[str, Widths]) -> Self:
        return self.replaced(**widths["encoder"])
