"""Angles in degrees: 359 is next to 1."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from trainer.columns import Block as BaseBlock
from trainer.columns import Column as BaseColumn
from trainer.columns import Layout, Names

LABEL = "angle"


class Column(BaseColumn):
    layout: ClassVar[Layout | None] = "vector"

    kind: Literal["angle"] = "angle"


class Block(BaseBlock):
    kind: Literal["angle"] = "angle"
    name: Literal["angles"] = "angles"
    columns: Names

    @property
    def column_names(self) -> tuple[str, ...]:
        return self.columns

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.columns),)

    def arguments(self) -> dict[str, Any]:
        return {"columns": len(self.columns)}

    def description(self) -> dict[str, Any]:
        return {"dtype": self.dtype, "shape": ["batch", *self.shape], "columns": list(self.columns), "unit": "degrees"}

    def fits(self, others: Sequence[BaseColumn]) -> bool:
        return {column.name for column in others if isinstance(column, Column)}.issuperset(self.columns)
