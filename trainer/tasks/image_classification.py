"""Image classification

Tell which class an image belongs to.
"""

from typing import ClassVar

from trainer.component import Component, DataKind, TargetKind
from trainer.plan import TaskPlan
from trainer.summary import DataSummary


class Spec(Component):
    accepts: ClassVar[frozenset[DataKind]] = frozenset({"image"})
    targets: ClassVar[frozenset[TargetKind]] = frozenset({"class"})


def target_kind(spec: Spec, data: DataSummary) -> TargetKind:
    return "class"


def build(spec: Spec, data: DataSummary) -> TaskPlan:
    return TaskPlan(target="class", target_name="label", classes=data.classes, shape=data.shape)
