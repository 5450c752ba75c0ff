"""How rows are divided into those that train, that choose the best epoch, and that judge."""

from typing import Self

from pydantic import Field, model_validator

from trainer.component import Strict
from trainer.data import partition
from trainer.data.summary import DataSummary
from trainer.sentences import gettext_noop as _


class Split(Strict):
    """Which rows train, choose the best epoch, and judge at the end. With ``folds``, the test part is one fold of many.

    ``column`` is resolved with the data; then it is empty where rows are drawn at random.
    """

    column: str | None = Field(
        None,
        title="Parts given by",
        json_schema_extra={"choices_from": "partitions"},
        description="A column whose values are train, validation and test; a part that it lacks is drawn from the rows "
        "to train.",
    )
    validation: float = Field(0.1, gt=0, lt=0.9, title="Validation part", description="Chooses the best epoch.")
    test: float = Field(0.1, gt=0, lt=0.9, title="Test part", description="Read once, when training has ended.")
    folds: int | None = Field(
        None,
        ge=2,
        le=100,
        title="Folds",
        json_schema_extra={"advanced": True},
        description="Take the test part as one of so many folds.",
    )
    fold: int = Field(
        0,
        ge=0,
        lt=100,
        title="Fold",
        json_schema_extra={"advanced": True},
        description="Which fold is the test part; counts from 0.",
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """The column that gives the parts, if there is one."""
        return (self.column,) if self.column else ()

    def resolved(self, data: DataSummary) -> "Split":
        """With the column of the data that gives the parts, unless it was said to draw them. Raises TrainerError for a
        column that gives none."""
        if self.column:
            partition.require_partition(self.column, data)
        if self.column is not None:
            return self
        return self.model_copy(update={"column": "" if self.folds else partition.split_column(data) or ""})

    @property
    def test_part(self) -> float:
        """The part of the rows that is tested on."""
        return 1 / self.folds if self.folds else self.test

    @model_validator(mode="after")
    def _leaves_rows_to_train_on(self) -> Self:
        if self.folds is not None and self.fold >= self.folds:
            raise ValueError(
                _("The fold must be smaller than the number of folds, as folds count from 0. Choose a smaller fold.")
            )
        if self.validation + self.test_part >= 0.95:
            message = _(
                # xgettext:no-python-format
                "Validation and test part together leave less than 5 % of the rows to train on. Make the validation "
                "part smaller, or the test part, which is larger the fewer folds there are."
            )
            raise ValueError(message)
        return self
