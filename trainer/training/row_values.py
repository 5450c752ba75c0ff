"""What a row holds, as somebody reads it: bounded, and with nothing in it that a page or a terminal would obey."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from trainer import columns
from trainer.columns import Column
from trainer.data.prepared import Prepared
from trainer.importing.forms import visible
from trainer.report import Value

LONGEST, MOST_LINES = 300, 12  # characters of a text, and its lines


def of_row(
    prepared: Prepared, shown: Sequence[Column], row: int, pictures: Sequence[str], place: int
) -> tuple[Value, ...]:
    """The values of these columns, in whose sheet the row's ``pictures`` stand at ``place``."""
    return tuple(
        Value(column=column.name, picture=place * len(pictures) + pictures.index(column.name))
        if column.name in pictures
        else readable(column.name, columns.module_of(column, "values").outside(column, prepared, row))
        for column in shown
    )


def readable(column: str, value: Any) -> Value:
    """Of a value as somebody outside has it: what JSON knows, or an array."""
    if value is None or isinstance(value, bool | int | float):
        return Value(column=column, value=value)
    text = value if isinstance(value, str) else _listed(value)
    lines = text[:LONGEST].replace("\r\n", "\n").split("\n")
    is_cut = len(text) > LONGEST or len(lines) > MOST_LINES
    return Value(column=column, value=visible("\n".join(lines[:MOST_LINES])), length=len(text) if is_cut else None)


def _listed(values: Any) -> str:
    """The first members of a list or an array: no more of them can be shown than a text has characters."""
    members = values if isinstance(values, list | tuple) else values.reshape(-1)[: LONGEST + 1].tolist()
    return ", ".join(
        f"{member:.4g}" if isinstance(member, float) else str(member) for member in islice(members, LONGEST + 1)
    )
