"""Classification

Tell which class a row, a text or a picture belongs to. The target is a column of categories, or of a few different
numbers.
"""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from trainer.component import Lenient
from trainer.data import inputs
from trainer.data.summary import LABEL, DataSummary
from trainer.errors import TrainerError
from trainer.task import LiveChart, TaskSpec
from trainer.task import Target as TaskTarget

if TYPE_CHECKING:
    from trainer.task import Task

CHARTS = (LiveChart("accuracy", "Accuracy", ("train/accuracy", "validation/accuracy"), "share", "validation/accuracy"),)


class Spec(TaskSpec):
    encoding: ClassVar[str] = "class"
    loss: ClassVar[str] = "cross_entropy"

    target: str = Field(
        LABEL,
        title="Target column",
        description="The column that has each row’s class.",
        json_schema_extra={"choices_from": "columns"},
    )

    @property
    def target_columns(self) -> tuple[str, ...]:
        return (self.target,)


class Target(TaskTarget):
    """``counts`` are the training rows of each class."""

    classes: Annotated[tuple[str, ...], Lenient]
    counts: Annotated[tuple[int, ...], Lenient]

    def tells_as(self, other: TaskTarget) -> bool:
        return super().tells_as(other) and isinstance(other, Target) and self.classes == other.classes


def check(spec: Spec, data: DataSummary) -> None:
    column = inputs.target_column(spec.target, data)
    if spec.encoding not in column.encodings:
        raise TrainerError(
            "too_many_classes",
            "The column “%(column)s” has %(distinct)d different values, too many for classes; choose another task.",
            field="task",
            column=column.name,
            distinct=column.distinct,
        )
    inputs.feature_columns(spec.features, spec.target_columns, data)


def suggest(data: DataSummary) -> dict[str, Any] | None:
    return inputs.first_target(data, lambda name: check(Spec(target=name), data))


def class_column(spec: Spec) -> str | None:
    return spec.target


def build(spec: Spec, target: Target) -> "Task":
    from trainer.tasks.classification.task import Classification

    return Classification(target)
