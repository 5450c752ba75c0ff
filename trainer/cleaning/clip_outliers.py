"""Clip outliers

Numbers beyond two quantiles of the training rows count as those quantiles, so that wild values cannot lead
a model astray.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from trainer import columns
from trainer.cleaning import CleaningSpec, Use
from trainer.columns import Block, Column
from trainer.component import Lenient
from trainer.sentences import gettext_noop as _

if TYPE_CHECKING:
    from trainer.data.prepared import Indices, Prepared


class Spec(CleaningSpec):
    order: ClassVar[int] = 6

    low: float = Field(
        0.01, ge=0, le=0.25, title="Lower quantile", description="Part of the training rows that may lie below."
    )
    high: float = Field(
        0.99, ge=0.75, le=1, title="Upper quantile", description="Part of the training rows that lie at or below it."
    )
    columns: Annotated[tuple[str, ...], Lenient] = Field(
        (),
        max_length=1000,
        title="Columns",
        description="All input columns of numbers when left empty.",
        json_schema_extra={"choices_from": "columns"},
    )

    @classmethod
    def can_name(cls, field: str, column: Column) -> bool:
        return column.is_clippable

    def check(self, use: Use) -> None:
        fitting = [column.name for column in use.features if column.is_clippable]
        use.require(self.columns, fitting)
        if not fitting:
            raise use.misfit(
                "cleaning_no_numbers", _("“%(step)s” finds no input column of numbers. Take the step out.")
            )

    def takes(self, column: Column) -> bool:
        return column.is_clippable and (not self.columns or column.name in self.columns)


def change(spec: Spec, block: Block, names: Sequence[str], prepared: "Prepared", train: "Indices") -> Block:
    clipped: Block = columns.module_of(block, "values").clipped(block, names, spec.low, spec.high, prepared, train)
    return clipped
