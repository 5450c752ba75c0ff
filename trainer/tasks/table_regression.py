"""Table regression

Tell a number from the other columns of its row.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from trainer.component import Component, DataKind, Lenient, TargetKind
from trainer.errors import TrainerError
from trainer.plan import TaskPlan, feature_columns, target_column
from trainer.summary import DataSummary


class Spec(Component):
    accepts: ClassVar[frozenset[DataKind]] = frozenset({"table"})
    targets: ClassVar[frozenset[TargetKind]] = frozenset({"number"})

    target: str = Field(title="Target column", description="The number that the model learns to tell.",
                        json_schema_extra={"choices_from": "columns"})
    features: Annotated[tuple[str, ...], Lenient] = Field(
        (), title="Input columns", description="What it is told from; all other columns when left empty.",
        json_schema_extra={"choices_from": "columns"})


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
