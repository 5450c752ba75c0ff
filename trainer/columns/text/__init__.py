"""Free text: the UTF-8 bytes of all cells, as they stand in the file, one behind the other in the prepared file."""

from typing import ClassVar, Literal

from pydantic import Field

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
    characters: int = Field(0, ge=0, description="Of all cells together.")
    longest: int = Field(0, ge=0, description="The characters of the longest cell.")

    def refusal(self) -> TrainerError:
        return TrainerError(
            "target_text",
            "The column “%(column)s” holds free text; choose a target with numbers or classes.",
            field="task",
            column=self.name,
        )
