"""Above the median

Tell whether a number is above the median of the training rows.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from trainer.data import inputs
from trainer.data.summary import DataSummary
from trainer.task import LiveChart, TaskSpec
from trainer.task import Target as TaskTarget

if TYPE_CHECKING:
    from trainer.task import Task

CHARTS = (LiveChart("hits", "Rows told rightly", ("train/hits", "validation/hits"), "share", "validation/hits"),)


class Spec(TaskSpec):
    order: ClassVar[int] = 1  # behind the task that classes suggest
    encoding: ClassVar[str] = "class"
    loss: ClassVar[str] = "cross_entropy"

    target: str = Field(title="Target column", description="The number.")

    @property
    def target_columns(self) -> tuple[str, ...]:
        return (self.target,)


class Target(TaskTarget):
    median: float


def check(spec: Spec, data: DataSummary) -> None:
    inputs.target_column(spec.target, data)
    inputs.feature_columns(spec.features, spec.target_columns, data)


def class_column(spec: Spec) -> str | None:
    return None


def suggest(data: DataSummary) -> dict[str, Any] | None:
    return None


def build(spec: Spec, target: Target) -> "Task":
    from trainer.tasks.above_median.task import AboveMedian  # type: ignore[import-not-found]

    task: Task = AboveMedian(target)
    return task
