"""Dates of the prepared file."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import numpy as np

from trainer.columns import Filling, Gatherer, gaps_of
from trainer.columns.date import GAP, MISSING, Block, Column
from trainer.data.prepared import Array, Indices, Prepared
from trainer.data.scaling import usable_scale

BLOCK = "dates"
DAY = 86400
MICRO = 10**6
QUARTILES_APART = 1.349  # deviations of a normal distribution


def blocks(columns: Sequence[Column], prepared: Prepared, train: Indices) -> list[Block]:
    """One block of all columns; its constants are of training rows only."""
    values = seconds(prepared.array(BLOCK)[train][:, prepared.places(columns)])
    fitted = [_fitted(own[own != GAP]) for own in values.T]
    center, scale, year, year_scale = (tuple(constants) for constants in zip(*fitted, strict=True))
    return [
        Block(
            columns=tuple(column.name for column in columns),
            gaps=gaps_of(columns),
            order=tuple(column.order for column in columns),
            compact=tuple(column.name for column in columns if column.is_compact),
            units={column.name: column.unit for column in columns if column.unit},
            center=center,
            scale=scale,
            year=year,
            year_scale=year_scale,
            flagged=tuple(np.flatnonzero((values == GAP).any(axis=0)).tolist()),
        )
    ]


def _fitted(values: Array) -> tuple[int, float, float, float]:
    """The middle in seconds and the spread in days, and both in years. They come from the middle half of the values, so
    that a few wild ones decide nothing.
    """
    if not len(values):
        return 0, 1.0, 1970.0, 1.0
    center = int(np.quantile(values, 0.5, method="lower"))
    years = values.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970
    middle = float(np.median(years))
    return center, _spread((values - center) / DAY), middle, _spread(years - middle)


def _spread(deviations: Array) -> float:
    low, high = np.quantile(deviations, (0.25, 0.75)).tolist()
    return usable_scale((high - low) / QUARTILES_APART or float(deviations.std()), 0.0)


def filled(block: Block, names: Sequence[str], by: Filling, flag: bool, prepared: Prepared, train: Indices) -> Block:
    """With a date of the training rows for a missing one of these columns: their middle, or the most frequent one."""
    values, fill, flagged = (
        gatherer(block, prepared)(train),
        list(block.fill or (GAP,) * len(block.columns)),
        block.flagged,
    )
    chosen = {place for place, name in enumerate(block.columns) if name in names}
    for place in chosen:
        present = values[values[:, place] != GAP, place]
        fill[place] = _filling(present, by) if len(present) else GAP
    gapped = {place for place in chosen if flag and (values[:, place] == GAP).any()}
    return block.model_copy(update={"fill": tuple(fill), "flagged": tuple(sorted({*flagged} - chosen | gapped))})


def _filling(present: Array, by: Filling) -> int:
    if by == "middle":
        return int(np.quantile(present, 0.5, method="lower"))
    dates, counts = np.unique(present, return_counts=True)
    return int(dates[counts.argmax()])


def cleaned(block: Block, values: Array) -> Array:
    """int64 [B, columns]: filled as cleaning said."""
    return np.where(values == GAP, block.fill, values) if block.fill else values


def readable(block: Block, place: int, values: Array) -> list[str | None]:
    """In ISO 8601; None where one is missing."""
    return [None if value == GAP else written(value * MICRO) for value in values.tolist()]


def seconds(values: Array) -> Array:
    """Of microseconds of the prepared file, as a model takes them."""
    return np.where(values == MISSING, GAP, values // MICRO)


def gatherer(block: Block, prepared: Prepared) -> Gatherer:
    """int64 [B, columns]."""
    values = prepared.gatherer_of_block(BLOCK, prepared.places_of(block.kind, block.columns))
    return lambda rows: seconds(values(rows))


def outside(column: Column, prepared: Prepared, row: int) -> str | None:
    """In ISO 8601, in UTC; None where it is missing."""
    (place,) = prepared.places([column])
    value = int(prepared.array(BLOCK)[row, place])
    return None if value == MISSING else written(value)


def written(microseconds: int) -> str:
    """Midnight goes without saying: most columns hold days."""
    moment = datetime(1970, 1, 1) + timedelta(microseconds=microseconds)
    return moment.date().isoformat() if moment.time() == time.min else moment.isoformat(sep=" ")
