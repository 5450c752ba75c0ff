"""Several labels

Tell which labels a row has, none or many. Each label is a column of zeros and ones, or of two words such as no and yes;
or one column lists them.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from trainer.columns import Column
from trainer.component import Lenient
from trainer.data import inputs
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.task import LiveChart, TaskSpec
from trainer.task import Target as TaskTarget

if TYPE_CHECKING:
    from trainer.task import Task

CHARTS = (LiveChart("f1", "F1", ("train/f1", "validation/f1"), "share", "validation/f1"),)


class Spec(TaskSpec):
    encoding: ClassVar[str] = "labels"
    loss: ClassVar[str] = "binary_cross_entropy"

    labels: Annotated[tuple[str, ...], Lenient] = Field(
        min_length=1,
        max_length=1000,
        title="Label columns",
        description="Each is a label that a row has or lacks, or a list of them.",
        json_schema_extra={"choices_from": "columns"},
    )

    @property
    def target_columns(self) -> tuple[str, ...]:
        return self.labels


class Target(TaskTarget):
    """``counts`` are the training rows that have each label, of ``rows`` in all."""

    labels: Annotated[tuple[str, ...], Lenient]
    counts: Annotated[tuple[int, ...], Lenient]
    rows: int

    def tells_as(self, other: TaskTarget) -> bool:
        return isinstance(other, Target) and self.labels == other.labels


def check(spec: Spec, data: DataSummary) -> None:
    for name in spec.labels:
        check_label(inputs.target_column(name, data))
    inputs.feature_columns(spec.features, spec.labels, data)


def check_label(column: Column) -> None:
    """Raise TrainerError for a column that holds no label."""
    if Spec.encoding not in column.encodings:
        raise TrainerError(
            "target_not_a_label",
            "The column “%(column)s” is no label, which has zeros and ones, or two words such as "
            "no and yes; take it out of the label columns.",
            field="task",
            column=column.name,
        )


def suggest(data: DataSummary) -> dict[str, Any] | None:
    """The columns that list labels, or else all that are a label, where something else is left to learn from."""
    able = []
    for column in data.columns:
        with suppress(TrainerError):
            check_label(column)
            able.append(column)
    lists = [column.name for column in able if column.encodings == {Spec.encoding}]
    labels = lists or [column.name for column in able]
    with suppress(TrainerError):
        inputs.feature_columns((), labels, data)
        return {"labels": labels} if len(labels) > 1 or lists else None
    return None


def class_column(spec: Spec) -> str | None:
    return None


def build(spec: Spec, target: Target) -> "Task":
    from trainer.tasks.multi_label.task import MultiLabel

    return MultiLabel(target)
