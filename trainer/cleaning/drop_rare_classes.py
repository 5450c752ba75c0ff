"""Leave out rare classes

Rows of a class that has only a few cannot both train and test a model. The model then tells the other classes alone.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from trainer.cleaning import NAMED, CleaningSpec, Counts, Effect, Use
from trainer.sentences import gettext_noop as _

if TYPE_CHECKING:
    from trainer.data.table import Table


class Spec(CleaningSpec):
    order: ClassVar[int] = 4
    drops_rows: ClassVar[bool] = True
    targets: ClassVar[frozenset[str]] = frozenset({"class"})

    rows: int = Field(10, ge=2, le=1_000_000, title="Rows", description="Classes with fewer rows are left out.")

    def check(self, use: Use) -> None:
        if use.task.encoding not in self.targets:
            raise use.misfit(
                "cleaning_no_classes",
                _("“%(step)s” needs a target of classes, and this task tells none. Take the step out."),
            )

    def counts(self, counts: Counts) -> Counts:
        return [(name, rows) for name, rows in counts if rows >= self.rows]


def rows(spec: Spec, table: "Table") -> "tuple[Table, Sequence[Effect]]":
    if not table.has_classes:
        return table, []
    rare = [name for name, count in table.counts() if count < spec.rows]
    remaining = table.without_classes(rare)
    count = len(table.rows) - len(remaining.rows)
    return remaining, [
        Effect(
            name="rare_classes",
            label=_("Classes left out"),
            message=_(
                "%(count)s classes with fewer than %(least)s rows were left out (rows in all: %(rows)s): %(names)s."
            ),
            count=len(rare),
            params={"least": spec.rows, "rows": count, "names": ", ".join(rare[:NAMED])},
        )
    ]
