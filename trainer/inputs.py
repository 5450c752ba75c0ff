"""Which columns go in and which can be told. Plain Python; the web server reads it too."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from trainer.errors import TrainerError
from trainer.summary import Column, DataSummary


def target_column(name: str, data: DataSummary) -> Column:
    """The column called ``name``. Raises TrainerError when the data has none, or only one value in it."""
    column = next((column for column in data.target_columns if column.name == name), None)
    if column is None:
        raise TrainerError("target_unknown", "There is no column “%(column)s”; choose one of: %(columns)s.", field="task",
                           column=name, columns=", ".join(column.name for column in data.target_columns))
    if column.kind == "constant":
        raise TrainerError("target_constant", "The column “%(column)s” has one value only, so there is nothing to learn; "
                           "choose another target.", field="task", column=name)
    if column.kind == "text":
        raise TrainerError("target_text", "The column “%(column)s” holds free text; choose a target with numbers or classes.",
                           field="task", column=name)
    return column


def first_target(data: DataSummary, check: Callable[[str], object]) -> dict[str, str] | None:
    """The first column for which ``check`` raises no TrainerError, as the field ``target``."""
    for column in data.target_columns:
        with suppress(TrainerError):
            check(column.name)
            return {"target": column.name}
    return None


def feature_columns(chosen: Sequence[str], targets: Sequence[str], data: DataSummary) -> tuple[Column, ...]:
    """The input columns of a table: those chosen, or all that carry data; numbers first, then categories, each in the
    data's order. Pictures have none.

    Raises TrainerError for a name that the data lacks, for a target itself, for chosen columns from which nothing can be
    learned, and when nothing is left to learn from.
    """
    names = {column.name for column in data.columns}
    for name in chosen:
        if name not in names or name in targets:
            raise TrainerError("feature_unknown", "“%(column)s” cannot be an input column; choose from: %(columns)s.",
                               field="task", column=name, columns=", ".join(sorted(names - set(targets))))
    if data.kind == "image":
        return ()
    _require_kinds([column for column in data.columns if column.name in chosen])
    usable = [column for column in data.columns if column.name not in targets and (not chosen or column.name in chosen)]
    numbers = tuple(column for column in usable if column.kind == "number")
    categories = tuple(column for column in usable if column.kind == "category")
    if not numbers + categories:
        raise TrainerError("no_features", "No column with numbers or categories is left to learn “%(column)s” from. "
                           "Choose another target, or import data with more columns.",
                           field="task", column=", ".join(targets))
    return numbers + categories


def _require_kinds(chosen: Sequence[Column]) -> None:
    mute = [column.name for column in chosen if column.kind not in ("number", "category")]
    if mute:
        raise TrainerError("feature_mute", "Nothing can be learned from %(columns)s: an input column holds numbers or categories, and "
                           "more than one value. Take these out of the input columns.", field="task",
                           columns=", ".join(f"“{name}”" for name in mute))
