"""Tracks: numbers one after the other, in each row as many as there were."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from trainer.columns import Block as BaseBlock
from trainer.columns import Column as BaseColumn
from trainer.columns import Layout, Shape

LABEL = "track"


class Column(BaseColumn):
    layout: ClassVar[Layout | None] = "sequence"

    kind: Literal["track"] = "track"


class Block(BaseBlock):
    kind: Literal["track"] = "track"
    column: str

    @property
    def column_names(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def shape(self) -> Shape:
        return (None,)

    def arguments(self) -> dict[str, Any]:
        return {}

    def description(self) -> dict[str, Any]:
        return {"dtype": self.dtype, "shape": ["batch", "length"], "columns": [self.column], "padding": 0}

    def fits(self, others: Sequence[BaseColumn]) -> bool:
        return any(isinstance(column, Column) and column.name == self.column for column in others)
