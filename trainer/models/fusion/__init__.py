"""Fusion of any columns

An encoder for each block of columns, pictures by convolutions and others by connected layers, and a combiner that makes
one row of all.
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
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"vector", "image"})
    is_general: ClassVar[bool] = True

    combiner: Literal["concatenation", "gated sum", "attention"] = Field(
        "concatenation",
        title="Combiner",
        description="How the encoded blocks become one: side by side, added up by a gate for "
        "each, or weighed by attention over the blocks.",
    )
    width: Width = Field(64, title="Width of a block", description="Features that each block is encoded to.")
    hidden: Annotated[tuple[Width, ...], Lenient] = Field(
        (64,),
        max_length=12,
        title="Hidden units",
        description="Of each layer of the encoder of numbers, categories and the like.",
    )
    channels: Annotated[tuple[Width, ...], Lenient] = Field(
        (16, 32),
        min_length=1,
        max_length=12,
        title="Channels",
        description="Of each convolution of a picture's encoder; each halves the image.",
    )
    kernel: Literal[3, 5, 7] = Field(3, title="Kernel", description="Height and width of each convolution, in pixels.")
    dropout: float = Field(
        0.1,
        ge=0,
        lt=1,
        title="Dropout",
        description="Part of the activations that is left out while training (Srivastava et al. 2014).",
    )


def build(spec: Spec, inputs: Mapping[str, tuple[int, ...]], outputs: int) -> "nn.Module":
    from trainer.models.fusion.network import Network

    return Network(inputs, spec.combiner, spec.width, spec.hidden, spec.channels, spec.kernel, spec.dropout, outputs)
