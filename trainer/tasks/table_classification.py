"""Table classification

Tell which class a row belongs to. The target is a column of categories, or of a few different numbers.
"""

from typing import ClassVar

from trainer.component import TargetKind
from trainer.errors import TrainerError
from trainer.plan import TableTask, TaskPlan, feature_columns, target_column
from trainer.summary import DataSummary

MOST_CLASSES = 1000


class Spec(TableTask):
    targets: ClassVar[frozenset[TargetKind]] = frozenset({"class"})


def target_kind(spec: Spec, data: DataSummary) -> TargetKind:
    column = target_column(spec.target, data)
    if column.kind == "number" and column.distinct > MOST_CLASSES:
        raise TrainerError("too_many_classes", "The column “%(column)s” has %(distinct)d different numbers, too many for "
                           "classes; choose table regression.", field="task", column=column.name, distinct=column.distinct)
    feature_columns(spec.features, spec.target, data)
    return "class"


def build(spec: Spec, data: DataSummary) -> TaskPlan:
    target_kind(spec, data)
    column = target_column(spec.target, data)
    return TaskPlan(target="class", target_name=spec.target, target_column=column, classes=column.levels,
                    features=feature_columns(spec.features, spec.target, data))
