"""Numbers of the prepared file."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from trainer.columns import Filling, Gatherer, gaps_of
from trainer.columns.number import Block, Column
from trainer.data.prepared import Array, Indices, Prepared
from trainer.data.scaling import usable_scale
from trainer.data.summary import number_names
from trainer.errors import TrainerError

BLOCK_VALUES = 8 * 1024 * 1024
QUARTILES_APART = 1.349  # deviations of a normal distribution


def blocks(columns: Sequence[Column], prepared: Prepared, train: Indices) -> list[Block]:
    """One block of all columns; its constants are of training rows only."""
    fitted = [_fitted(values) for values in _columns(prepared.places(columns), prepared, train)]
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


def filled(block: Block, names: Sequence[str], by: Filling, flag: bool, prepared: Prepared, train: Indices) -> Block:
    """With what stands for a missing value of these columns, inside their bounds. Their gaps are a feature of their own
    where they are to be flagged, and some training row has one.
    """
    fills, (low, high), flagged = list(block.fills), block.bounds, set(block.flagged)
    for place, values in _chosen(block, names, prepared, train):
        is_present = np.isfinite(values)
        fills[place] = float(np.clip(_filling(values[is_present], by), low[place], high[place]))
        flagged.discard(place)
        flagged |= {place} if flag and not is_present.all() else set()
    return block.model_copy(update={"fill": tuple(fills), "flagged": tuple(sorted(flagged))})


def _filling(present: Array, by: Filling) -> float:
    if by == "zero" or not len(present):
        return 0.0
    if by == "middle":
        return float(np.quantile(present.astype(np.float64), 0.5))
    values, counts = np.unique(present, return_counts=True)
    return float(values[counts.argmax()])


def clipped(block: Block, names: Sequence[str], low: float, high: float, prepared: Prepared, train: Indices) -> Block:
    """With these quantiles of the training rows as the bounds of these columns, for what fills gaps too."""
    lows, highs = map(list, block.bounds)
    for place, values in _chosen(block, names, prepared, train):
        present = values[np.isfinite(values)].astype(np.float64)
        if len(present):
            lows[place], highs[place] = np.quantile(present, (low, high)).tolist()
    fill = np.clip(block.fill, lows, highs).tolist() if block.fill else []  # the middle lies within its bounds
    return block.model_copy(update={"low": tuple(lows), "high": tuple(highs), "fill": tuple(fill)})


def cleaned(block: Block, values: Array) -> Array:
    """float64 [B, columns]: filled and bounded as cleaning said, as ``Encode`` does before it scales them."""
    is_missing = np.isnan(values) if block.fill else np.zeros(values.shape, bool)
    bounded: Array = np.clip(np.where(is_missing, block.fills, values), *block.bounds)
    return bounded


def readable(block: Block, place: int, values: Array) -> list[float | None]:
    """The numbers; None where one is missing."""
    return [None if math.isnan(value) else value for value in values.tolist()]


def _chosen(block: Block, names: Sequence[str], prepared: Prepared, train: Indices) -> Iterator[tuple[int, Array]]:
    """The place of each of these columns in the block, and its training rows as the model sees them."""
    places = [place for place, name in enumerate(block.columns) if name in names]
    columns = _columns(prepared.places_of(block.kind, [block.columns[place] for place in places]), prepared, train)
    return ((place, values.astype(np.float32)) for place, values in zip(places, columns, strict=True))


def _columns(places: Sequence[int], prepared: Prepared, train: Indices) -> Iterator[Array]:
    """The training rows of the columns at these places, some columns at a time, so that memory stays flat."""
    numbers = prepared.array("numbers")
    width = max(1, BLOCK_VALUES // len(train))
    for start in range(0, len(places), width):
        yield from numbers[train[:, None], places[start : start + width]].T


def _fitted(values: Array) -> tuple[float, float, bool]:
    """Center, scale, and whether there are gaps. Both come from the middle of the values, so that a few wild
    ones decide nothing.
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
