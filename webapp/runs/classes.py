"""Whether every class has the rows that a training needs, by what the inspection counted, so that no run is queued only to fail."""

from collections.abc import Mapping, Sequence
from typing import Any

from trainer import catalog
from trainer.errors import TrainerError
from trainer.spec import TrainSpec
from trainer.summary import DataSummary


def require_classes(spec: TrainSpec, summary: DataSummary, profile: Mapping[str, Any]) -> None:
    """Raise TrainerError, in the training process's own words, where a resolved spec's target cannot be learnt.

    A profile keeps a column's most frequent levels only; what it does not tell is left for the training process to find.
    """
    assert spec.task is not None
    if catalog.entry("tasks", spec.task).module.target_kind(spec.task, summary) != "class":
        return
    column: str | None = getattr(spec.task, "target", None)  # pictures have labels, and no column to choose
    field = "dataset" if column is None else "task"
    present = [(name, rows) for name, rows in _counted(column, profile) if rows]
    if len(present) == 1:
        raise TrainerError("one_class", "All rows are of one class, “%(name)s”, so there is nothing to tell apart; add rows of "
                           "another class.", field=field, name=present[0][0])
    single = next((name for name, rows in present if rows == 1), None)
    if single is not None:
        raise TrainerError("class_with_one_row", "The class “%(name)s” has one row only, which cannot both train and test the "
                           "model; add rows to this class or take it out.", field=field, name=single)


def _counted(column: str | None, profile: Mapping[str, Any]) -> Sequence[tuple[str, int]]:
    """Rows of each class of the target, as far as the profile has them."""
    if column is None or column == profile.get("suggested_target"):
        return profile.get("balance") or ()
    return next((one.get("levels") or () for one in profile.get("columns") or () if one["name"] == column), ())
