"""Convolutional network

Blocks of a convolution and pooling, then fully connected layers. For small images.
"""

from collections.abc import Mapping
from typing import ClassVar, Self

from trainer.columns import Layout
from trainer.encoders import convolutions, layers
from trainer.encoders.convolutions import Channels, Kernel
from trainer.model import ModelSpec, Widths
from trainer.parts import Dropout, Hidden, Input, Parts, vector


class Spec(ModelSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = convolutions.Spec.layouts_taken
    most_blocks: ClassVar[int | None] = 1

    channels: Channels = (16, 32)
    kernel: Kernel = 5
    hidden: Hidden = (128,)
    dropout: Dropout = 0.25

    def parts(self, inputs: Mapping[str, Input]) -> Parts:
        encoder = convolutions.spec(self.channels, self.kernel, self.dropout)
        connected = layers.spec(self.hidden, self.dropout)
        return {
            "encoder": encoder.part(inputs),
            "layers": connected.part({"encoded": vector(encoder.width_of(inputs))}),
        }

    def narrowed(self, inputs: Mapping[str, Input], widths: Mapping[str, Widths]) -> Self:
        return self.replaced(**widths["encoder"], **widths["layers"])
