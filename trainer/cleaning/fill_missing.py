"""Fill gaps

Says what stands where a value is missing. Without this step a number's gap is filled by the middle of its column, and
that it was missing is a feature of its own; for a missing date, the model learns only that it was missing.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from trainer import columns
from trainer.cleaning import CleaningSpec, Use
from trainer.columns import Block, Column, Filling
from trainer.component import Lenient
from trainer.sentences import gettext_noop as _

if TYPE_CHECKING:
    from trainer.data.prepared import Indices, Prepared


class Spec(CleaningSpec):
    order: ClassVar[int] = 5

    by: Filling = Field(
        "middle",
        title="By",
        description="The middle or the most frequent of the values in the training rows, or zero. Columns of words and "
        "of yes and no can be filled with the most frequent value only. Columns of dates cannot be filled with zero.",
    )
    flag: bool = Field(
        True, title="Flag gaps", description="Tell the model which values were missing, by a feature of their own."
    )
    columns: Annotated[tuple[str, ...], Lenient] = Field(
        (),
        max_length=1000,
        title="Columns",
        description="All input columns that can be filled so when left empty.",
        json_schema_extra={"choices_from": "columns"},
    )

    @classmethod
    def can_name(cls, field: str, column: Column) -> bool:
        return bool(column.fillings)

    def check(self, use: Use) -> None:
        fitting = [column.name for column in use.features if self.by in column.fillings]
        use.require(self.columns, fitting)
        if not fitting:
            raise use.misfit(
                "cleaning_no_filling",
                _(
                    "“%(step)s” finds no input column whose gaps could be filled so. Choose another filling, or take "
                    "the step out."
                ),
            )

    def takes(self, column: Column) -> bool:
        return self.by in column.fillings and (not self.columns or column.name in self.columns)


def change(spec: Spec, block: Block, names: Sequence[str], prepared: "Prepared", train: "Indices") -> Block:
    filled: Block = columns.module_of(block, "values").filled(block, names, spec.by, spec.flag, prepared, train)
    return filled
