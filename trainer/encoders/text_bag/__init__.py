"""Bag of pieces

Adds up a vector for each piece of one or some tokens, in no order (Joulin et al. 2016), where rare pieces count more.
Fast, content with few data, and a strong base line. For texts.
"""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from trainer.columns import Layout
from trainer.component import ADVANCED, Component
from trainer.parts import Dropout, EncoderSpec, Input, Width


class Runs(Component):
    """Which runs of tokens have a vector."""

    shortest_run: int = Field(1, ge=1, le=8, title="Shortest piece", description="Of so many tokens side by side.")
    longest_run: int = Field(3, ge=1, le=8, title="Longest piece", description="Of so many tokens side by side.")
    least: int = Field(
        2, ge=1, le=1_000_000, title="Least texts", description="Pieces of fewer training rows count nothing."
    )
    buckets: int = Field(
        1 << 20,
        ge=1 << 8,
        le=1 << 24,
        title="Buckets",
        description="Vectors that pieces share by hashing: with more of them, fewer pieces share one.",
        json_schema_extra=ADVANCED,
    )


class Fields(Runs):
    """What the encoder and the model of this name let one choose."""

    width: Width = Field(8, title="Width", description="Numbers of a vector.")
    dropout: Dropout = 0.3


class Spec(Fields, EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"tokens"})
    order: ClassVar[int] = 1

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        return self.width
