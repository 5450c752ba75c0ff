"""What the numbers of a whole column tell."""

import math
import re
from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc

from trainer.columns import Column
from trainer.data.prepared import Array
from trainer.data.summary import number_names
from trainer.importing import series
from trainer.importing.kind import profile_of
from trainer.importing.levelled import MOST_CLASSES, rarest
from trainer.importing.problems import Problem, problem
from trainer.importing.profile import FIRST_VALUES, ColumnProfile, Counts, Histogram

BINS = 20
SAMPLE = 10_000  # numbers that tell whether few are different
QUANTILE_SAMPLE = 100_000  # numbers that tell what most are like
FEW_CLASSES = 20
LEAST_STEPS = 16  # of float32 in one standard deviation
MAGNITUDES = 1000  # times of the smallest numbers that the largest are, a hundredth of either aside
SHARES = np.array((0.01, 0.5, 0.99))  # of the numbers below the low, the middle and the high one
LEANING = 3  # times of the median that the mean is
SENTINEL = re.compile(r"-?(?:9{2,}|8{2,}|7{2,})")
TIMES = {"seconds": (3e8, 4e9), "milliseconds": (3e11, 4e12)}  # since 1970, from 1979 to 2096
TIME_NAME = re.compile(
    r"(?:.*(?:[_ .-]|(?-i:(?<=[a-z])(?=[A-Z]))))?(?:time_?stamp|epoch|unix(?:_?time)?|time|date|ts|created|updated|at)"
    r"(?:[_ .-]?(?:s|ms|sec|secs|seconds|millis|milliseconds|utc))?",
    re.IGNORECASE,
)
IDENTIFIER_NAME = re.compile(r"(.*[_ ])?(id|index|idx|key|nr|no|row|column 1)", re.IGNORECASE)


def described(column: Column, values: Array) -> ColumnProfile:
    present = np.compress(~np.isnan(values), values)
    numbers, counts = _different(present)
    low, high = float(numbers[0]), float(numbers[-1])
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = float(present.mean()), float(present.std())
    return profile_of(
        column.model_copy(update={"distinct": len(numbers)}),
        minimum=low,
        maximum=high,
        mean=_finite(mean),
        std=_finite(std),
        histogram=histogram(numbers, counts),
        # More are not named one by one.
        rarest=rarest(_named(numbers, counts)) if len(numbers) <= MOST_CLASSES else None,
        first=tuple("" if math.isnan(value) else f"{value:.15g}" for value in values[:FIRST_VALUES].tolist()),
    )


def counted(values: Array) -> Counts:
    """Rows of each number, which are classes."""
    return _named(*np.unique(values[np.isfinite(values)], return_counts=True))


def _named(numbers: Array, counts: Array) -> Counts:
    return tuple(zip(number_names(numbers.tolist()), counts.tolist(), strict=True))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _different(present: Array) -> tuple[Array, Array]:
    """The different numbers, ascending, and how often each is there: by sorting only these where they are few."""
    sample = np.sort(_sampled(present, SAMPLE))
    if np.count_nonzero(np.diff(sample)) >= len(sample) / 2:
        ordered = present if (present[1:] >= present[:-1]).all() else np.sort(present)
        firsts = np.flatnonzero(np.diff(ordered, prepend=np.nan) != 0)  # NaN is no zero
        return ordered[firsts], np.diff(firsts, append=len(ordered))
    counted = pc.value_counts(series.numbers(present + 0.0))  # no zero is negative
    numbers, counts = (np.asarray(counted.field(name)) for name in ("values", "counts"))
    order = np.argsort(numbers)
    return numbers[order], counts[order]


def _sampled(values: Array, count: int) -> Array:
    """Every so many of them, about ``count``."""
    return values[:: max(1, len(values) // count)]


def histogram(numbers: Array, counts: Array) -> Histogram | None:
    """Of ascending numbers, and how often each is there."""
    low, high = float(numbers[0]), float(numbers[-1])
    span = high - low
    if not math.isfinite(2 * span) or span < abs(high) * 1e-12 or span / BINS < np.finfo(float).tiny:
        return None  # floats have no edges between which these bins could lie
    edges = np.linspace(low, high, BINS + 1)
    places = [*np.searchsorted(numbers, edges[:-1]).tolist(), len(numbers)]
    below = np.concatenate([[0], np.cumsum(counts)])[places]
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(np.diff(below).tolist()))


def is_identifier(column: ColumnProfile, rows: int) -> bool:
    """Whether numbers count rows: whole, all different, and either without a gap or named like an identifier."""
    if column.distinct != rows or column.distinct <= FEW_CLASSES:
        return False
    span = (column.maximum or 0.0) - (column.minimum or 0.0)
    return span == column.distinct - 1 or (
        IDENTIFIER_NAME.fullmatch(column.name) is not None and float(span).is_integer()
    )


def problems(column: Column, profile: ColumnProfile, values: Array) -> Iterator[Problem]:
    if is_sentinel(profile.minimum) or is_sentinel(profile.maximum):
        yield from _sentinels(column, values)
    yield from _magnitudes(column, values)
    yield from _since_1970(profile, values)
    step = float(np.spacing(np.float32(max(abs(profile.minimum or 0.0), abs(profile.maximum or 0.0)))))
    if profile.std and profile.std < LEAST_STEPS * step:
        yield problem("coarse_numbers", column=column.name, step=f"{step:.3g}")


def _magnitudes(column: Column, values: Array) -> Iterator[Problem]:
    """Of numbers from zero on, most of which are small beside the largest."""
    positive = np.compress(values > 0, values)
    if column.is_identifier or not len(positive) or (values < 0).any():
        return
    ordered = np.sort(_sampled(positive, QUANTILE_SAMPLE))
    low, middle, high = ordered[np.rint(SHARES * (len(ordered) - 1)).astype(np.int64)].tolist()
    if high >= MAGNITUDES * low and float(positive.mean()) > LEANING * middle:
        ends = {"low": f"{positive.min():.3g}", "high": f"{positive.max():.3g}"}
        yield problem("many_magnitudes", column=column.name, **ends)


def _since_1970(profile: ColumnProfile, values: Array) -> Iterator[Problem]:
    """Whole numbers that name, size and range make seem to be times."""
    low, high = profile.minimum or 0.0, profile.maximum or 0.0
    unit = next((unit for unit, bounds in TIMES.items() if bounds[0] <= low and high <= bounds[1]), None)
    if unit and TIME_NAME.fullmatch(profile.name) and profile.distinct > 1:
        present = values[~np.isnan(values)]
        if (present == np.floor(present)).all():
            yield problem("counts_since_1970", column=profile.name, value=f"{present[0]:.15g}", unit=unit)


def _sentinels(column: Column, values: Array) -> Iterator[Problem]:
    """Numbers such as -999 that lie further from all others than these from each other."""
    numbers, counts = np.unique(values, return_counts=True)
    is_present = np.isfinite(numbers)
    for value, count in _far_ends(numbers[is_present], counts[is_present]):
        yield problem("sentinel", column=column.name, value=f"{value:.15g}", count=count)


def _far_ends(values: Array, counts: Array) -> Iterator[tuple[float, int]]:
    """Sentinels at the ends of ascending values, outermost first, and how often each is there."""
    low, high = 0, len(values) - 1
    while high - low >= 2:
        if is_sentinel(values[low]) and values[low + 1] - values[low] > values[high] - values[low + 1]:
            yield float(values[low]), int(counts[low])
            low += 1
        elif is_sentinel(values[high]) and values[high] - values[high - 1] > values[high - 1] - values[low]:
            yield float(values[high]), int(counts[high])
            high -= 1
        else:
            return


def is_sentinel(value: float | None) -> bool:
    return value is not None and SENTINEL.fullmatch(f"{value:.15g}") is not None
