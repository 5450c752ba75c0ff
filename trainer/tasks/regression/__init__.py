"""Regression

Tell a number from the other columns of its row.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from trainer.data import inputs
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.task import LiveChart, TaskSpec
from trainer.task import Target as TaskTarget

if TYPE_CHECKING:
    from trainer.task import Task

CHARTS = (LiveChart("error", "Mean absolute error", ("train/mae", "validation/mae"), "", "validation/mae"),)


class Spec(TaskSpec):
    encoding: ClassVar[str] = "number"
    loss: ClassVar[str] = "mean_squared_error"

    target: str = Field(
        title="Target column",
        description="The column that has each row’s number.",
        json_schema_extra={"choices_from": "columns"},
    )

    @property
    def target_columns(self) -> tuple[str, ...]:
        return (self.target,)


class Target(TaskTarget):
    """``mean`` and ``scale`` turn a standardised output into the target's unit."""

    mean: float
    scale: float = Field(gt=0)


def check(spec: Spec, data: DataSummary) -> None:
    column = inputs.target_column(spec.target, data)
    if spec.encoding not in column.encodings:
        raise TrainerError(
            "target_not_a_number",
            "The column “%(column)s” holds categories, not numbers; choose classification, or another target.",
            field="task",
            column=column.name,
        )
    inputs.feature_columns(spec.features, spec.target_columns, data)


def suggest(data: DataSummary) -> dict[str, Any] | None:
    return inputs.first_target(data, lambda name: check(Spec(target=name), data))


def class_column(spec: Spec) -> str | None:
    return None


def build(spec: Spec, target: Target) -> "Task":
    from trainer.tasks.regression.task import Regression

    return Regression(target)
