"""The same value in every row, or none: nothing can be learned from it."""

from typing import ClassVar, Literal

from trainer.columns import Column as BaseColumn
from trainer.errors import TrainerError
from trainer.sentences import gettext_noop as _

LABEL = _("constant")


class Column(BaseColumn):
    why_unused: ClassVar[str] = "at most one value in all rows"

    kind: Literal["constant"] = "constant"

    @property
    def is_constant(self) -> bool:
        return True

    def refusal(self) -> TrainerError:
        return TrainerError(
            "target_constant",
            "The column “%(column)s” has one value only, so there is nothing to learn; choose another target.",
            field="task",
            column=self.name,
        )
