"""Fully connected network

Layers of neurons, each connected with all of the layer before. For tables.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from trainer.columns import Layout
from trainer.component import Lenient
from trainer.model import ModelSpec

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, Field(ge=1, le=16384)]


class Spec(ModelSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"vector"})

    hidden: Annotated[tuple[Width, ...], Lenient] = Field(
        (64, 64), max_length=12, title="Hidden units", description="Of each layer before the last."
    )
    dropout: float = Field(
        0.1,
        ge=0,
        lt=1,
        title="Dropout",
        description="Part of the activations that is left out while training (Srivastava et al. 2014).",
    )


def build(spec: Spec, inputs: Mapping[str, tuple[int, ...]], outputs: int) -> "nn.Module":
    from trainer.models.mlp.network import Network

    return Network(inputs, spec.hidden, spec.dropout, outputs)
