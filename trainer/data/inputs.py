"""Which columns go in and which can be told. Plain Python; the web server reads it too."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from trainer.columns import Column
from trainer.data.partition import is_partition, split_column
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError


def target_column(name: str, data: DataSummary) -> Column:
    """The column called ``name``. Raises TrainerError when the data has none, or one that cannot be told at all."""
    column = data.named(name)
    if column is None:
        raise TrainerError(
            "target_unknown",
            "There is no column “%(column)s”; choose one of: %(columns)s.",
            field="task",
            column=name,
            columns=", ".join(column.name for column in data.columns),
        )
    if not column.encodings:
        raise column.refusal()
    return column


def first_target(data: DataSummary, check: Callable[[str], object]) -> dict[str, str] | None:
    """The first column for which ``check`` raises no TrainerError, as the field ``target``."""
    for column in data.columns:
        if is_partition(column):
            continue
        with suppress(TrainerError):
            check(column.name)
            return {"target": column.name}
    return None


def feature_columns(choice: Sequence[str], targets: Sequence[str], data: DataSummary) -> tuple[Column, ...]:
    """The input columns: those chosen, or all that carry data, in the data's order; identifiers only where they are
    chosen, or where there is nothing else, and the column that tells each row's part only where it is chosen.

    Raises TrainerError for a name that the data lacks, for a target itself, for chosen columns from which nothing can
    be learned, and when nothing is left to learn from.
    """
    _require_choosable(choice, targets, data)
    apart = {*targets, *(name for name in [split_column(data)] if name not in choice)}
    usable = [column for column in data.columns if column.name not in apart and (not choice or column.name in choice)]
    carrying = tuple(column for column in usable if column.layout is not None)
    features = carrying if choice else tuple(column for column in carrying if not column.is_identifier) or carrying
    if not features:
        raise TrainerError(
            "no_features",
            "No column is left to learn “%(column)s” from. Choose another target, or import data with more columns.",
            field="task",
            column=", ".join(targets),
        )
    return features


def _require_choosable(choice: Sequence[str], targets: Sequence[str], data: DataSummary) -> None:
    names = {column.name for column in data.columns}
    for name in choice:
        if name not in names or name in targets:
            raise TrainerError(
                "feature_unknown",
                "“%(column)s” cannot be an input column; choose from: %(columns)s.",
                field="task",
                column=name,
                columns=", ".join(sorted(names - set(targets))),
            )
    mute = [column.name for column in data.columns if column.name in choice and column.layout is None]
    if mute:
        raise TrainerError(
            "feature_mute",
            "Nothing can be learned from %(columns)s. Take these out of the input columns.",
            field="task",
            columns=", ".join(f"“{name}”" for name in mute),
        )
