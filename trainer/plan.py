"""What a task decided about the data: which columns go in, what comes out. Plain Python; the web server reads it too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from trainer.component import Component, DataKind, Lenient, TargetKind
from trainer.errors import TrainerError
from trainer.summary import Column, DataSummary


@dataclass(frozen=True, kw_only=True)
class TaskPlan:
    """Inputs and target of a task.

    ``shape`` is (C, H, W) for images and () for tables. ``features`` are a table's input columns in the model's order:
    numbers, then categories. ``classes`` is empty for regression, and for a number column used as a class, whose classes
    are read from the rows.
    """

    target: TargetKind
    target_name: str
    target_column: Column | None = None
    classes: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    features: tuple[Column, ...] = ()


class TableTask(Component):
    """What the Specs of tasks on tables share."""

    accepts: ClassVar[frozenset[DataKind]] = frozenset({"table"})

    target: str = Field(title="Target column", description="What the model learns to tell.",
                        json_schema_extra={"choices_from": "columns"})
    features: Annotated[tuple[str, ...], Lenient] = Field(
        (), title="Input columns", description="What it is told from; all other columns when left empty.",
        json_schema_extra={"choices_from": "columns"})


def target_column(name: str, data: DataSummary) -> Column:
    """The column called ``name``. Raises TrainerError when the data has none, or only one value in it."""
    column = next((column for column in data.columns if column.name == name), None)
    if column is None:
        raise TrainerError("target_unknown", "There is no column “%(column)s”; choose one of: %(columns)s.", field="task",
                           column=name, columns=", ".join(column.name for column in data.columns))
    if column.kind == "constant":
        raise TrainerError("target_constant", "The column “%(column)s” has one value only, so there is nothing to learn; "
                           "choose another target.", field="task", column=name)
    if column.kind == "text":
        raise TrainerError("target_text", "The column “%(column)s” holds free text; choose a target with numbers or classes.",
                           field="task", column=name)
    return column


def feature_columns(wanted: Sequence[str], target: str, data: DataSummary) -> tuple[Column, ...]:
    """The input columns: those wanted, or all that carry data; numbers first, then categories, each in the data's order.

    Raises TrainerError for a name that the data lacks, for the target itself, for columns wanted from which nothing can be
    learned, and when nothing is left to learn from.
    """
    known = {column.name for column in data.columns}
    for name in wanted:
        if name not in known or name == target:
            raise TrainerError("feature_unknown", "“%(column)s” cannot be an input column; choose from: %(columns)s.",
                               field="task", column=name, columns=", ".join(sorted(known - {target})))
    mute = [column.name for column in data.columns if column.name in wanted and column.kind not in ("number", "category")]
    if mute:
        raise TrainerError("feature_mute", "Nothing can be learned from %(columns)s: an input column holds numbers or categories, and "
                           "more than one value. Take these out of the input columns.", field="task",
                           columns=", ".join(f"“{name}”" for name in mute))
    usable = [column for column in data.columns if column.name != target and (not wanted or column.name in wanted)]
    numbers = tuple(column for column in usable if column.kind == "number")
    categories = tuple(column for column in usable if column.kind == "category")
    if not numbers + categories:
        raise TrainerError("no_features", "No column with numbers or categories is left to learn “%(column)s” from. "
                           "Choose another target, or import data with more columns.",
                           field="task", column=target)
    return numbers + categories
