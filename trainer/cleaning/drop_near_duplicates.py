"""Leave out near duplicates

Of rows whose texts hardly differ, the first one stays, whatever the other columns and the target say. A text that
trains and, with one word changed, tests as well makes a model look better than it is.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from trainer.cleaning import CleaningSpec, Effect, Use, require_texts
from trainer.columns import Column, Names
from trainer.component import ADVANCED
from trainer.sentences import gettext_noop as _

if TYPE_CHECKING:
    from trainer.data.table import Table


class Spec(CleaningSpec):
    order: ClassVar[int] = 1
    drops_rows: ClassVar[bool] = True

    threshold: float = Field(
        0.8,
        ge=0.6,
        le=1,
        title="Alike from",
        description="Which part of their groups of three characters two texts share at least; capital letters and "
        "spaces count for nothing.",
    )
    columns: Names = Field(
        (),
        max_length=1000,
        title="Columns",
        description="All input columns of texts, taken together, when left empty.",
        json_schema_extra={**ADVANCED, "choices_from": "columns"},
    )

    @classmethod
    def can_name(cls, field: str, column: Column) -> bool:
        return column.has_texts

    def check(self, use: Use) -> None:
        require_texts(use, self.columns)


def rows(spec: Spec, table: "Table") -> "tuple[Table, Sequence[Effect]]":
    remaining = table.keep(table.is_unlike(spec.columns, spec.threshold))
    effect = Effect(
        name="near_duplicates",
        label=_("Near duplicates left out"),
        message=_("%(count)s rows whose texts nearly repeat another were left out."),
        count=len(table.rows) - len(remaining.rows),
    )
    return remaining, [effect]
