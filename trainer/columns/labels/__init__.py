"""Several labels a row, as lists: int8 [N, labels] in the prepared file, an array a column, 1 for what is there, 0 for
what is not, -1 all along a row that has no list. They can be told, and nothing is learned from them.
"""

from typing import Literal

from pydantic import Field

from trainer.columns import Column as BaseColumn
from trainer.columns import Names
from trainer.columns import Reading as BaseReading
from trainer.sentences import gettext_noop as _

LABEL = _("labels")


class Reading(BaseReading):
    kind: Literal["labels"] = "labels"
    separator: Literal["auto", ";", "|", ",", "space"] = Field(
        "auto",
        title="Separator",
        description="What stands between labels; “auto” takes lists of JSON or Python, or the first of ; | , that is "
        "there.",
    )


class Column(BaseColumn):
    kind: Literal["labels"] = "labels"
    levels: Names

    @property
    def encodings(self) -> frozenset[str]:
        return frozenset({"labels"})
