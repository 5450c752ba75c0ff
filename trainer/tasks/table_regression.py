"""Table regression

Tell a number from the other columns of its row.
"""

from typing import ClassVar

from trainer.component import TargetKind
from trainer.errors import TrainerError
from trainer.plan import TableTask, TaskPlan, feature_columns, target_column
from trainer.summary import DataSummary


class Spec(TableTask):
    targets: ClassVar[frozenset[TargetKind]] = frozenset({"number"})


def target_kind(spec: Spec, data: DataSummary) -> TargetKind:
    column = target_column(spec.target, data)
    if column.kind != "number":
        raise TrainerError("target_not_a_number", "The column “%(column)s” holds categories, not numbers; choose table "
                           "classification, or another target.", field="task", column=column.name)
    feature_columns(spec.features, spec.target, data)
    return "number"


def build(spec: Spec, data: DataSummary) -> TaskPlan:
    target_kind(spec, data)
    return TaskPlan(target="number", target_name=spec.target, target_column=target_column(spec.target, data),
                    features=feature_columns(spec.features, spec.target, data))
