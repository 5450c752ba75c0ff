"""What networks are put together of: an encoder for blocks of columns, a combiner for encoded blocks. Plain Python; the
web server reads it too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from trainer import asset
from trainer.asset import AssetOf
from trainer.columns import Column, Layout, Names, Shape
from trainer.component import ADVANCED, Component, Lenient
from trainer.errors import TrainerError

Width = Annotated[int, Field(ge=1, le=16384)]
Widths = Annotated[tuple[Width, ...], Lenient]
Hidden = Annotated[
    Widths, Field(max_length=12, title="Hidden units", description="Of each fully connected layer before the last.")
]
Dropout = Annotated[
    float,
    Field(
        ge=0,
        lt=1,
        title="Dropout",
        description="Part of the activations that is left out while training (Srivastava et al. 2014).",
    ),
]


@dataclass(frozen=True)
class Input:
    """An encoded block as a network gets it: [B, *shape], the name of its rows' lengths and the longest, where they
    differ, and how many different values there are, where they are numbers of something.
    """

    layout: Layout
    shape: Shape
    columns: tuple[str, ...]
    lengths: str | None = None
    vocabulary: int | None = None
    longest: int | None = None


@dataclass(frozen=True)
class Part:
    """A part of a network: ``Network`` in the component's network.py, made with the component's own fields and, as
    plain JSON, with ``arguments``, which follow from the data.
    """

    family: Literal["encoders", "combiners"]
    spec: Component
    arguments: Mapping[str, Any] = field(default_factory=dict)


Parts = Mapping[str, Part | Mapping[str, Part]]  # by the arguments of a network: one, or one for each block


class EncoderSpec(Component):
    """What the Specs of all encoders share. ``layouts_taken`` are the forms of blocks that it takes."""

    layouts_taken: ClassVar[frozenset[Layout]]

    columns: Names = Field(
        (),
        title="Only for columns",
        description="It encodes the blocks of these columns; each block that it can where left empty.",
        json_schema_extra={**ADVANCED, "choices_from": "columns"},
    )

    @classmethod
    def can_name(cls, field: str, column: Column) -> bool:
        return column.layout in cls.layouts_taken

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        """Features of a row that it makes of these blocks."""
        raise NotImplementedError

    def arguments(self, inputs: Mapping[str, Input]) -> dict[str, Any]:
        """Further arguments of its ``Network`` that follow from the data."""
        return {}

    def part(self, inputs: Mapping[str, Input]) -> Part:
        """The encoder of these blocks."""
        shapes = {name: list(block.shape) for name, block in inputs.items()}
        return Part("encoders", self, {"inputs": shapes, **self.arguments(inputs)})


class TokenVectors(Component):
    """Fields of encoders that have a vector of their own for each token of a text."""

    not_of_network: ClassVar[frozenset[str]] = frozenset({"tuned"})

    width: Width = Field(64, title="Width", description="Numbers of a token's vector.")
    longest_gram: int = Field(
        2,
        ge=1,
        le=5,
        title="Longest n-gram",
        description="Two to so many tokens side by side have a vector too, beside those of each token; 1 leaves them "
        "out. Above 2, take more buckets as well; training then takes longer.",
    )
    gram_buckets: int = Field(
        1 << 16,
        ge=1 << 6,
        le=1 << 24,
        title="Buckets of n-grams",
        description="Vectors that n-grams share by hashing: with more of them, fewer n-grams share one.",
        json_schema_extra=ADVANCED,
    )
    vectors: Annotated[str | None, AssetOf("word_vectors")] = Field(
        None,
        title="Word vectors",
        description="Learnt from much text by somebody else: tokens that stand among their words begin with them.",
    )
    tuned: bool = Field(
        True,
        title="Tune vectors",
        description="Learn on with the word vectors; else they stay as they are, and tokens without one count nothing.",
        json_schema_extra=ADVANCED,
    )

    def require_asset(self, path: str, field: str, measures: Mapping[str, int]) -> None:
        """Raise TrainerError for vectors of another width."""
        if measures["width"] != self.width:
            raise TrainerError(
                "vectors_width",
                "These vectors have %(width)s numbers each; set the width of a token's vector to %(width)s.",
                field=path,
                width=measures["width"],
            )


def only(inputs: Mapping[str, Input]) -> Input:
    """That of one block."""
    (block,) = inputs.values()
    return block


class CombinerSpec(Component):
    """What the Specs of all combiners share."""

    def width_of(self, blocks: int, width: int) -> int:
        """Features of a row that it makes of so many blocks, each of so many features."""
        return width

    def part(self, blocks: int, width: int) -> Part:
        """The combiner of so many blocks."""
        return Part("combiners", self, {"blocks": blocks, "width": width})


def fields(spec: Component) -> dict[str, Any]:
    """The fields of a component that its network is made with, as plain JSON; assets are none of its making."""
    return spec.model_dump(
        mode="json", exclude={"name", "version", "columns", *spec.not_of_network, *asset.fields(type(spec))}
    )


def features(inputs: Mapping[str, Input]) -> int:
    """All numbers of a row of these blocks."""
    return sum(_numbers(block.shape) for block in inputs.values())


def vector(width: int) -> Input:
    """What a part gets that stands behind others: a row of so many features."""
    return Input("vector", (width,), ())


def _numbers(shape: Sequence[int | None]) -> int:
    product = 1
    for size in shape:
        assert size is not None, "the layout has no free length"
        product *= size
    return product
