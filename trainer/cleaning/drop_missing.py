"""Leave out rows without a value

Rows without a target teach nothing and are left out in any case; this step also leaves out those with a gap elsewhere.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from trainer.cleaning import CleaningSpec, Effect, Use
from trainer.component import Lenient
from trainer.sentences import gettext_noop as _

if TYPE_CHECKING:
    from trainer.data.table import Table


class Spec(CleaningSpec):
    order: ClassVar[int] = 2
    drops_rows: ClassVar[bool] = True

    columns: Annotated[tuple[str, ...], Lenient] = Field(
        (),
        max_length=1000,
        title="Columns",
        description="A row stays where each of them has a value; the target when left empty.",
        json_schema_extra={"choices_from": "columns"},
    )

    def check(self, use: Use) -> None:
        use.require(self.columns, [*(column.name for column in use.features), *use.task.target_columns])


def rows(spec: Spec, table: "Table") -> "tuple[Table, Sequence[Effect]]":
    remaining = table.keep(table.has_values(spec.columns))
    count = len(table.rows) - len(remaining.rows)
    return remaining, [
        Effect(
            name="missing",
            label=_("Rows without a value left out"),
            message=_("%(count)s rows without a value in %(columns)s were left out."),
            count=count,
            params={"columns": ", ".join(spec.columns or table.target_columns)},
        )
    ]
