"""Numbers of the prepared file."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from trainer.columns import Gatherer, gaps_of
from trainer.columns.number import Block, Column
from trainer.data.prepared import Array, Prepared
from trainer.data.scaling import usable_scale
from trainer.data.split import Indices
from trainer.data.summary import number_names
from trainer.errors import TrainerError

BLOCK_VALUES = 8 * 1024 * 1024
QUARTILES_APART = 1.349  # deviations of a normal distribution


def blocks(columns: Sequence[Column], prepared: Prepared, train: Indices) -> list[Block]:
    """One block of all columns; its constants are of training rows only."""
    fitted = [_fitted(values) for values in _columns(columns, prepared, train)]
    center, scale, has_gaps = (tuple(values) for values in zip(*fitted, strict=True))
    flagged = tuple(place for place, has in enumerate(has_gaps) if has)
    return [
        Block(
            columns=tuple(column.name for column in columns),
            center=center,
            scale=scale,
            flagged=flagged,
            decimal_comma=tuple(column.name for column in columns if column.decimal_comma),
            units={column.name: column.units for column in columns if column.units},
            gaps=gaps_of(columns),
        )
    ]


def _columns(columns: Sequence[Column], prepared: Prepared, train: Indices) -> Iterator[Array]:
    """Each column's training rows, some columns at a time, so that memory stays flat."""
    numbers, places = prepared.array("numbers"), prepared.places(columns)
    width = max(1, BLOCK_VALUES // len(train))
    for start in range(0, len(places), width):
        yield from numbers[train[:, None], places[start : start + width]].T


def _fitted(values: Array) -> tuple[float, float, bool]:
    """Center, scale, and whether there are gaps. Both come from the middle of the values, so that a few wild ones
    decide nothing.
    """
    values = values.astype(np.float32)  # as the model sees them: what it cannot tell apart is a constant
    present = values[np.isfinite(values)].astype(np.float64)
    if not len(present):
        return 0.0, 1.0, True
    low, center, high = np.quantile(present, (0.25, 0.5, 0.75)).tolist()
    return (
        center,
        usable_scale((high - low) / QUARTILES_APART or _typical_distance(present, center), center),
        len(present) < len(values),
    )


def _typical_distance(values: Array, center: float) -> float:
    """The median distance from the center of what does not stand there, of values most of which do."""
    distances = np.abs(values - center)
    return float(np.median(distances[distances > 0])) if distances.any() else 0.0


def gatherer(block: Block, prepared: Prepared) -> Gatherer:
    """float64 [B, columns]."""
    return prepared.gatherer_of_block("numbers", prepared.places_of(block.kind, block.columns))


def targets(column: Column, prepared: Prepared, encoding: str) -> tuple[Array, tuple[str, ...]]:
    """As numbers float64 [N], NaN where one is missing; as classes int64 [N], the different numbers in ascending order;
    as a label int8 [N]; both -1 where one is missing. Raises TrainerError for a label that is neither zero nor one.
    """
    (place,) = prepared.places([column])
    numbers = np.array(prepared.array("numbers")[:, place], dtype=np.float64)
    if encoding == "number":
        return numbers, ()
    if encoding == "class":
        return _classes(numbers)
    labels = np.where(np.isfinite(numbers), numbers, -1.0)
    if not np.isin(labels, (-1.0, 0.0, 1.0)).all():
        raise TrainerError(
            "target_not_a_label",
            "The column “%(column)s” is no label, whose numbers are zeros and ones; take it out of the label columns.",
            field="task",
            column=column.name,
        )
    return labels.astype(np.int8), ()


def _classes(numbers: Array) -> tuple[Array, tuple[str, ...]]:
    is_present = np.isfinite(numbers)
    values, codes = np.unique(numbers[is_present], return_inverse=True)
    classes = np.full(len(numbers), -1, dtype=np.int64)
    classes[is_present] = codes
    return classes, number_names(values.tolist())


def outside(column: Column, prepared: Prepared, row: int) -> float | None:
    """The number; None where it is missing."""
    (place,) = prepared.places([column])
    number = float(prepared.array("numbers")[row, place])
    return None if math.isnan(number) else number
