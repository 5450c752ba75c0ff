"""Leave out duplicate rows

Of rows that are alike in all columns used, the target among them, the first one stays. A row that trains and tests as
well makes a model look better than it is.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from trainer.cleaning import CleaningSpec, Effect
from trainer.sentences import gettext_noop as _

if TYPE_CHECKING:
    from trainer.data.table import Table


class Spec(CleaningSpec):
    order: ClassVar[int] = 1
    drops_rows: ClassVar[bool] = True


def rows(spec: Spec, table: "Table") -> "tuple[Table, Sequence[Effect]]":
    remaining = table.keep(table.is_first())
    effect = Effect(
        name="duplicates",
        label=_("Duplicate rows left out"),
        message=_("%(count)s duplicate rows were left out."),
        count=len(table.rows) - len(remaining.rows),
    )
    return remaining, [effect]
