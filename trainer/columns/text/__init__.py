"""Free text: it is counted and shown, and nothing is learned from it yet."""

from typing import ClassVar, Literal

from trainer.columns import Column as BaseColumn
from trainer.columns import Reading as BaseReading
from trainer.errors import TrainerError
from trainer.sentences import gettext_noop as _

LABEL = _("text")


class Reading(BaseReading):
    kind: Literal["text"] = "text"


class Column(BaseColumn):
    why_unused: ClassVar[str] = "free text, from which nothing is learnt"

    kind: Literal["text"] = "text"

    def refusal(self) -> TrainerError:
        return TrainerError(
            "target_text",
            "The column “%(column)s” holds free text; choose a target with numbers or classes.",
            field="task",
            column=self.name,
        )
