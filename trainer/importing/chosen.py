"""Kinds that somebody chose for columns, in place of what their values would be taken for."""

from collections.abc import Mapping

from trainer.columns import Reading
from trainer.errors import TrainerError

Readings = Mapping[str, Reading]  # by the name of a column


def require_columns(readings: Readings, kinds: Mapping[str, str]) -> None:
    """Raises TrainerError where a column of a chosen kind is not among the data, or did not become of it."""
    for name, reading in readings.items():
        if name not in kinds:
            raise TrainerError(
                "column_unknown",
                "There is no column “%(column)s” in these data.",
                field=f"columns.{name}",
                column=name,
            )
        if kinds[name] != reading.kind:
            raise TrainerError(
                "column_kind_fixed",
                "The kind of “%(column)s” cannot be corrected: the file states what it holds. Change it in the file.",
                field=f"columns.{name}",
                column=name,
            )
