"""Vectors of levels

Each level of a category by the vector of its word, which stays as it is. For categories.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from trainer.asset import AssetOf
from trainer.columns import Layout
from trainer.errors import TrainerError
from trainer.parts import EncoderSpec, Input, Width


class Spec(EncoderSpec):
    layouts_taken: ClassVar[frozenset[Layout]] = frozenset({"vector"})
    order: ClassVar[int] = 9

    vectors: Annotated[str | None, AssetOf("word_vectors")] = Field(
        None, title="Vectors", description="Of the levels' words; random ones where nothing is chosen."
    )
    width: Width = Field(4, title="Width", description="Of the vectors.")

    def require_asset(self, path: str, field: str, measures: Mapping[str, int]) -> None:
        if measures["width"] != self.width:
            raise TrainerError(
                "width_differs", "These vectors have %(width)s numbers.", field=path, width=measures["width"]
            )

    def width_of(self, inputs: Mapping[str, Input]) -> int:
        return self.width
