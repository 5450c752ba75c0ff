"""Pictures: uint8 [N, C, H, W] in the prepared file, an array a column."""

from collections.abc import Sequence
from math import prod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from trainer.columns import Block as BaseBlock
from trainer.columns import Column as BaseColumn
from trainer.columns import Layout, Numbers
from trainer.columns.image.files import Fit
from trainer.component import Lenient
from trainer.sentences import gettext_noop as _

Shape = Annotated[tuple[int, ...], Lenient]  # channels, height, width

LABEL = _("picture")
DEEPEST = 65535.0


class Column(BaseColumn):
    layout: ClassVar[Layout | None] = "image"

    kind: Literal["image"] = "image"
    shape: Shape
    fit: Fit = "squeeze"
    black: float = Field(0.0, description="What became black in pictures of more than 8 bits a pixel.")
    white: float = Field(DEEPEST, description="What became white in them.")

    @property
    def width(self) -> int:
        return prod(self.shape)


class Block(BaseBlock):
    """One column of pictures: pixels from 0 to 255; ``mean`` and ``scale`` are per channel, in the same unit."""

    kind: Literal["image"] = "image"
    column: str
    channels_height_width: Shape
    fit: Fit = "squeeze"
    black: float = 0.0
    white: float = DEEPEST
    mean: Numbers
    scale: Numbers

    @property
    def column_names(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.channels_height_width

    @property
    def reader_needs(self) -> dict[str, str]:
        return {"pillow": "files of pictures"}

    def arguments(self) -> dict[str, Any]:
        return {"mean": list(self.mean), "scale": list(self.scale), "shape": list(self.shape)}

    def description(self) -> dict[str, Any]:
        channels, height, width = self.shape
        return {
            "dtype": self.dtype,
            "shape": ["batch", *self.shape],
            "columns": [self.column],
            "layout": "NCHW",
            "range": [0, 255],
            "unit": "8-bit pixel value",
            "contained": "normalisation",
            "decoding": {
                "color": "grey" if channels == 1 else "RGB",
                "bits": 8,
                "width": width,
                "height": height,
                "transparency": "on white",
                "resize": "box when smaller, else bilinear",
                "other_proportions": self.fit,
                "deep": {"black": self.black, "white": self.white},
            },
        }

    def fits(self, others: Sequence[BaseColumn]) -> bool:
        return any(
            isinstance(column, Column) and (column.name, column.shape) == (self.column, self.shape) for column in others
        )
