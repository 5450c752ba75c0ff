"""A picture of some rows, of data with a column whose kind can draw them."""

from pathlib import Path

import numpy as np

from trainer.columns import can_be_drawn, module_of
from trainer.data.prepared import Indices
from trainer.importing.kind import import_of
from trainer.importing.parsed import Parsed
from trainer.importing.profile import Profile, Thumbnails

CELL = 64
WIDTH = 12
MOST_CELLS = 60


def draw(path: Path, parsed: Parsed, profile: Profile) -> Thumbnails | None:
    """Write the contact sheet of the first column that has one as PNG; None where none has."""
    able = [column for column in parsed.summary.columns if can_be_drawn(column)]
    if not able:
        return None
    column, *others = able
    rows, labels = _chosen(parsed, profile)
    module_of(column, "sheet").draw(path, column, parsed, rows, WIDTH, CELL)
    name = column.name if others else ""
    return Thumbnails(columns=WIDTH, rows=-(-len(rows) // WIDTH), size=CELL, labels=labels, column=name)


def _chosen(parsed: Parsed, profile: Profile) -> tuple[list[int], tuple[str, ...]]:
    """The first row of each class, then the second of each, until the sheet is full, and their classes; without
    classes, the first rows.
    """
    classes = _rows_of_classes(parsed, profile)
    if not classes:
        return list(range(min(MOST_CELLS, parsed.summary.rows))), ()
    rounds = max(len(rows) for rows in classes.values())
    turns = [(int(rows[turn]), name) for turn in range(rounds) for name, rows in classes.items() if turn < len(rows)]
    rows, labels = zip(*turns[:MOST_CELLS], strict=True)
    return list(rows), labels


def _rows_of_classes(parsed: Parsed, profile: Profile) -> dict[str, Indices]:
    """The first rows of each class of the suggested target; of none where it has no classes."""
    present = [name for name, count in profile.balance if count]
    target = parsed.summary.named(profile.suggested_target)
    if target is None or not present:
        return {}
    numbers = import_of(target.kind).axis(target, parsed, np.arange(parsed.summary.rows))
    if numbers is None:
        return {}
    own = sorted({*numbers[~np.isnan(numbers)].tolist()})[:MOST_CELLS]
    return {name: np.flatnonzero(numbers == number)[:MOST_CELLS] for name, number in zip(present, own, strict=False)}
