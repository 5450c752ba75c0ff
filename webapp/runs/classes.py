"""Whether every class has the rows that a training needs, by what the inspection counted, so that no run is queued only
to fail.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from trainer import catalog
from trainer.data.summary import DataSummary, require_classes
from trainer.spec import TrainSpec


def require_learnable(spec: TrainSpec, summary: DataSummary, profile: Mapping[str, Any]) -> None:
    """Raise TrainerError, in the training process's own words, where a resolved spec's target cannot be learnt.

    A profile keeps a column's most frequent levels and the rarest; what it does not tell is left for the training
    process to find.
    """
    column: str | None = catalog.entry("tasks", spec.task).module.class_column(spec.task)
    counts = _counted(column, profile) if column is not None else ()
    if any(rows for _, rows in counts):
        can_choose = sum(bool(other.encodings) for other in summary.columns) > 1
        require_classes(counts, "task" if can_choose else "dataset")


def _counted(column: str, profile: Mapping[str, Any]) -> Sequence[tuple[str, int]]:
    """Rows of each class of the target, as far as the profile has them."""
    if column == profile.get("suggested_target"):
        return profile.get("balance") or ()
    found: Mapping[str, Any] = next((one for one in profile.get("columns") or () if one["name"] == column), {})
    levels, rarest = found.get("levels") or [], found.get("rarest")
    if rarest is None or rarest in levels:
        return levels
    others = levels or ([("", 2)] if found["distinct"] > 1 else [])  # of numbers only the rarest is kept
    return [*others, rarest]
