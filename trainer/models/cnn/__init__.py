"""Convolutional network

Blocks of a convolution and pooling, then fully connected layers. For small images.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from trainer.columns import Layout
from trainer.component import Lenient
from trainer.model import ModelSpec

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, Field(ge=1, le=4096)]


class Spec(ModelSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"image"})
    most_blocks: ClassVar[int | None] = 1

    channels: Annotated[tuple[Width, ...], Lenient] = Field(
        (16, 32),
        min_length=1,
        max_length=12,
        title="Channels",
        description="Of each convolution; each halves the image.",
    )
    kernel: Literal[3, 5, 7] = Field(5, title="Kernel", description="Height and width of each convolution, in pixels.")
    hidden: Annotated[tuple[Width, ...], Lenient] = Field(
        (128,), max_length=12, title="Hidden units", description="Of each fully connected layer before the last."
    )
    dropout: float = Field(
        0.25,
        ge=0,
        lt=1,
        title="Dropout",
        description="Part of the activations that is left out while training (Srivastava et al. 2014).",
    )


def build(spec: Spec, inputs: Mapping[str, tuple[int, ...]], outputs: int) -> "nn.Module":
    from trainer.models.cnn.network import Network

    return Network(inputs, spec.channels, spec.kernel, spec.hidden, spec.dropout, outputs)
