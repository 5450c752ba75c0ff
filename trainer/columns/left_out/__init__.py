"""Left out by choice: it is counted, and nothing is learned from it."""

from typing import ClassVar, Literal

from trainer.columns import Column as BaseColumn
from trainer.columns import Reading as BaseReading
from trainer.errors import TrainerError
from trainer.sentences import gettext_noop as _

LABEL = _("left out")


class Reading(BaseReading):
    kind: Literal["left_out"] = "left_out"


class Column(BaseColumn):
    why_unused: ClassVar[str] = "left out by choice"

    kind: Literal["left_out"] = "left_out"

    def refusal(self) -> TrainerError:
        return TrainerError(
            "target_left_out",
            "The column “%(column)s” was left out at the import; import it as what it is, or choose another target.",
            field="task",
            column=self.name,
        )
