"""Whether every class has the rows that a training needs, by what the inspection counted, so that no run is queued
only to fail.
"""

from collections.abc import Mapping
from typing import Any

from trainer import catalog
from trainer.cleaning import Counts, leaves_nothing
from trainer.data.summary import DataSummary, require_classes
from trainer.specs.train import TrainSpec


def require_learnable(spec: TrainSpec, summary: DataSummary, profile: Mapping[str, Any]) -> None:
    """Raise TrainerError, in the training process's own words, where a resolved spec's target cannot be learnt.

    A profile keeps a column's most frequent levels and the rarest; what it does not tell is left for the training
    process to find, and so is what cleaning makes of classes that are not all counted.
    """
    column: str | None = catalog.entry("tasks", spec.task).module.class_column(spec.task)
    counts, is_whole = _counted(column, profile) if column is not None else ((), False)
    if any(rows for _, rows in counts) and (is_whole or not spec.cleaning):
        for place, step in enumerate(spec.cleaning):
            counts = step.counts(counts)
            if not any(rows for _, rows in counts):
                raise leaves_nothing(place, catalog.entry("cleaning", step).label)
        can_choose = sum(bool(other.encodings) for other in summary.columns) > 1
        require_classes(counts, "task" if can_choose else "dataset")


def _counted(column: str, profile: Mapping[str, Any]) -> tuple[Counts, bool]:
    """Rows of each class of the target, as far as the profile has them, and whether these are all classes."""
    if column == profile.get("suggested_target"):
        return profile.get("balance") or (), True
    details: Mapping[str, Any] = next((one for one in profile.get("columns") or () if one["name"] == column), {})
    levels, rarest = details.get("levels") or [], details.get("rarest")
    if rarest is None or rarest in levels:
        return levels, len(levels) == details.get("distinct")
    others = levels or ([("", 2)] if details["distinct"] > 1 else [])  # of numbers only the rarest is kept
    return [*others, rarest], False
