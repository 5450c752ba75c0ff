"""Convolutions

Blocks of a convolution and pooling. For pictures.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from trainer.columns import Layout
from trainer.component import Lenient
from trainer.parts import Dropout, EncoderSpec, Input

Channels = Annotated[
    tuple[Annotated[int, Field(ge=1, le=4096)], ...],
    Lenient,
    Field(min_length=1, max_length=12, title="Channels", description="Of each convolution; each halves the image."),
]
Kernel = Annotated[
    Literal[3, 5, 7], Field(title="Kernel", description="Height and width of each convolution, in pixels.")
]


class Spec(EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"image"})

    channels: Channels = (16, 32)
    kernel: Kernel = 3
    dropout: Dropout = 0.1

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        ((_, height, width),) = (block.shape for block in inputs.values())
        assert height is not None and width is not None
        halvings = min(len(self.channels), min(height, width).bit_length() - 1)  # until a side is one pixel
        return self.channels[-1] * (height >> halvings) * (width >> halvings)


def spec(channels: tuple[int, ...], kernel: Literal[3, 5, 7], dropout: float) -> Spec:
    """As a part of a model that has these fields itself."""
    return Spec(name="convolutions", channels=channels, kernel=kernel, dropout=dropout)
