"""The profile of a table: statistics of each column, the suggested target, and what speaks against training on it."""

import math
import re
from collections.abc import Iterator, Sequence
from operator import itemgetter

import numpy as np

from trainer.columns import Column, boolean, category
from trainer.data.partition import is_partition
from trainer.data.prepared import Array
from trainer.data.summary import DataSummary, number_names
from trainer.importing import profile_classes
from trainer.importing.parsed import Parsed
from trainer.importing.profile import (
    ColumnProfile,
    Counts,
    Histogram,
    Problem,
    Profile,
    checks_made,
    checks_of,
    in_order,
    problem,
)
from trainer.importing.profile_classes import class_problems
from trainer.importing.profile_parts import division

Levelled = category.Column | boolean.Column
BLOCKS = {"number": "numbers", "category": "categories", "boolean": "booleans"}
BINS = 20
LEVELS_SHOWN = 50
LEAST_ROWS = 10
FEW_CLASSES = 20
MOST_CLASSES = 1000
BLOCK_VALUES = 8 * 1024 * 1024
LEAST_STEPS = 16  # of float32 in one standard deviation
MIRROR_SHARE = 0.99
MOST_COMPARED = 200
TARGET_NAMES = (
    "label",
    "target",
    "class",
    "species",
    "category",
    "outcome",
    "diagnosis",
    "y",
    "output",
    "sentiment",
    "survived",
    "churn",
    "标签",
    "类别",
    "目标",
)
SENTINEL = re.compile(r"-?(?:9{2,}|8{2,}|7{2,})")
IDENTIFIER_NAME = re.compile(r"(.*[_ ])?(id|index|idx|key|nr|no|row|column 1)", re.IGNORECASE)


def column_profiles(columns: Sequence[Column], arrays: dict[str, Array]) -> tuple[ColumnProfile, ...]:
    """Statistics in the columns' order."""
    values, codes, truths = (
        _columns_of(arrays[name]) if name in arrays else iter(()) for name in ("numbers", "categories", "booleans")
    )
    return tuple(
        _of_numbers(column, next(values))
        if column.kind == "number"
        else _of_levels(column, next(codes))
        if isinstance(column, category.Column)
        else _of_levels(column, next(truths))
        if isinstance(column, boolean.Column)
        else ColumnProfile(name=column.name, kind=column.kind, missing=column.missing, distinct=column.distinct)
        for column in columns
    )


def _columns_of(matrix: Array) -> Iterator[Array]:
    """Columns one by one, read from the file in blocks of some columns so that memory stays flat."""
    rows, columns = matrix.shape
    width = max(1, BLOCK_VALUES // max(1, rows))
    for start in range(0, columns, width):
        yield from np.ascontiguousarray(matrix[:, start : start + width].T)


def _of_numbers(column: Column, values: Array) -> ColumnProfile:
    present = values[~np.isnan(values)]
    low, high = float(present.min()), float(present.max())
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = float(present.mean()), float(present.std())
    numbers, counts = np.unique(present, return_counts=True)
    rarest = _rarest(_named(numbers, counts)) if len(numbers) <= MOST_CLASSES else None  # more are not named one by one
    return ColumnProfile(
        name=column.name,
        kind="number",
        missing=column.missing,
        distinct=len(numbers),
        minimum=low,
        maximum=high,
        mean=_finite(mean),
        std=_finite(std),
        histogram=_histogram(present, low, high),
        rarest=rarest,
    )


def _counted_numbers(values: Array) -> Counts:
    """Rows of each number, which are classes."""
    return _named(*np.unique(values[np.isfinite(values)], return_counts=True))


def _named(numbers: Array, counts: Array) -> Counts:
    return tuple(zip(number_names(numbers.tolist()), counts.tolist(), strict=True))


def _rarest(counts: Counts) -> tuple[str, int] | None:
    present = [item for item in counts if item[1]]
    return min(present, key=itemgetter(1), default=None) if len(present) <= MOST_CLASSES else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _histogram(present: Array, low: float, high: float) -> Histogram | None:
    span = high - low
    if not math.isfinite(2 * span) or span < abs(high) * 1e-12 or span / BINS < np.finfo(float).tiny:
        return None  # floats have no edges between which these bins could lie
    counts, edges = np.histogram(present, bins=BINS, range=(low, high))
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(counts.tolist()))


def _of_levels(column: Levelled, codes: Array) -> ColumnProfile:
    counts = _counted(column, codes)
    return ColumnProfile(
        name=column.name,
        kind=column.kind,
        missing=column.missing,
        distinct=column.distinct,
        levels=tuple(sorted(counts, key=lambda item: -item[1])[:LEVELS_SHOWN]),
        rarest=_rarest(counts),
    )


def _counted(column: Levelled, codes: Array) -> Counts:
    counts = np.bincount(codes[codes >= 0], minlength=len(column.levels)).tolist()
    return tuple(zip(column.levels, counts, strict=True))


def profile(parsed: Parsed, format_name: str) -> Profile:
    """The whole profile."""
    target = suggested_target(parsed)
    problems = [*parsed.problems, *(one for check in ALWAYS for one in check(parsed))]
    checks = parsed.checks | checks_of(*ALWAYS)
    balance: Counts = ()
    if target is not None:
        if isinstance(target, Levelled):
            balance = _counted(target, _array_of(parsed, target))
        elif _task(target) == "classification":
            balance = _counted_numbers(_array_of(parsed, target))
        problems += [*class_problems(balance), *_target_problems(parsed, target)]
        checks |= checks_of(_target_problems) | (profile_classes.checks() if balance else frozenset())
    problems = [
        item
        for item in problems
        if not (target and item.code == "missing_values" and item.params["column"] == target.name)
    ]
    return Profile(
        summary=parsed.summary,
        format=format_name,
        duplicates=parsed.duplicates,
        columns=parsed.columns,
        balance=balance,
        problems=in_order(problems),
        checks=checks_made(checks),
        rows=parsed.rows,
        suggested_target=target.name if target else "",
        suggested_task=_task(target) if target else "",
    )


def suggested_target(parsed: Parsed) -> Column | None:
    """A column called like a target, else the last column of categories, else the last column of numbers."""
    usable = [
        column
        for column in parsed.summary.columns
        if column.kind in BLOCKS and not column.is_identifier and not is_partition(column)
    ]
    named = {column.name.casefold(): column for column in reversed(usable)}
    for name in TARGET_NAMES:
        if name in named:
            return named[name]
    categories = [column for column in usable if isinstance(column, Levelled)]
    return next(reversed(categories or usable), None)


def _task(target: Column) -> str:
    few = target.distinct <= FEW_CLASSES and target.name.casefold() in TARGET_NAMES
    return "classification" if isinstance(target, Levelled) or few else "regression"


def _array_of(parsed: Parsed, column: Column) -> Array:
    """The values or codes of one column."""
    alike = [other.name for other in parsed.summary.columns if other.kind == column.kind]
    return np.asarray(parsed.arrays[BLOCKS[column.kind]][:, alike.index(column.name)])


def _table_problems(parsed: Parsed) -> Iterator[Problem]:
    summary = parsed.summary
    if summary.rows < LEAST_ROWS:
        yield problem("few_rows", rows=summary.rows, least=LEAST_ROWS)
    if parsed.duplicates:
        yield problem("duplicates", count=parsed.duplicates, rows=summary.rows)
    for column in summary.columns:
        if column.kind == "constant" and column.name.casefold() in TARGET_NAMES:
            yield problem(
                "one_class",
                name=next((row[_at(summary, column)] for row in parsed.rows if row[_at(summary, column)]), ""),
            )


def _without_target(parsed: Parsed) -> Iterator[Problem]:
    if suggested_target(parsed) is None:
        yield problem("no_target")


def _coarse(parsed: Parsed) -> Iterator[Problem]:
    """Number columns of which float32 keeps too little."""
    for column in parsed.columns:
        step = float(np.spacing(np.float32(max(abs(column.minimum or 0.0), abs(column.maximum or 0.0)))))
        if column.std and column.std < LEAST_STEPS * step:
            yield problem("coarse_numbers", column=column.name, step=f"{step:.3g}")


def _at(summary: DataSummary, column: Column) -> int:
    return [other.name for other in summary.columns].index(column.name)


def is_identifier(column: ColumnProfile, rows: int) -> bool:
    """Whether numbers count rows: whole, all different, and either without a gap or named like an identifier."""
    if column.kind != "number" or column.distinct != rows or column.distinct <= FEW_CLASSES:
        return False
    span = (column.maximum or 0.0) - (column.minimum or 0.0)
    return span == column.distinct - 1 or (
        IDENTIFIER_NAME.fullmatch(column.name) is not None and float(span).is_integer()
    )


def _identifiers(parsed: Parsed) -> Iterator[Problem]:
    return (problem("identifier", column=column.name) for column in parsed.summary.columns if column.is_identifier)


def _sentinels(parsed: Parsed) -> Iterator[Problem]:
    """Numbers such as -999 that lie further from all others than these from each other."""
    for column, profile in zip(parsed.summary.columns, parsed.columns, strict=True):
        if column.kind == "number" and (_is_sentinel(profile.minimum) or _is_sentinel(profile.maximum)):
            values, counts = np.unique(_array_of(parsed, column), return_counts=True)
            is_present = np.isfinite(values)
            yield from (
                problem("sentinel", column=column.name, value=f"{value:.15g}", count=count)
                for value, count in _far_ends(values[is_present], counts[is_present])
            )


def _far_ends(values: Array, counts: Array) -> Iterator[tuple[float, int]]:
    """Sentinels at the ends of ascending values, outermost first, and how often each is there."""
    low, high = 0, len(values) - 1
    while high - low >= 2:
        if _is_sentinel(values[low]) and values[low + 1] - values[low] > values[high] - values[low + 1]:
            yield float(values[low]), int(counts[low])
            low += 1
        elif _is_sentinel(values[high]) and values[high] - values[high - 1] > values[high - 1] - values[low]:
            yield float(values[high]), int(counts[high])
            high -= 1
        else:
            return


def _is_sentinel(value: float | None) -> bool:
    return value is not None and SENTINEL.fullmatch(f"{value:.15g}") is not None


ALWAYS = (_without_target, _table_problems, _identifiers, _sentinels, _coarse, division)


def _target_problems(parsed: Parsed, target: Column) -> Iterator[Problem]:
    if target.missing:
        yield problem("missing_target", column=target.name, count=target.missing)
    features = [column for column in parsed.summary.columns if column.kind in BLOCKS and column.name != target.name]
    if not features and not any(column.kind == "image" for column in parsed.summary.columns):
        yield problem("only_text" if any(column.kind == "text" for column in parsed.summary.columns) else "no_features")
    for column in features[:MOST_COMPARED]:
        agreeing = _agreeing(parsed, column, target) if column.kind == target.kind else 0
        if agreeing >= MIRROR_SHARE * parsed.summary.rows and parsed.summary.rows > FEW_CLASSES:
            yield problem(
                "mirrors_target", column=column.name, target=target.name, agreeing=agreeing, rows=parsed.summary.rows
            )


def _agreeing(parsed: Parsed, column: Column, target: Column) -> int:
    """In how many rows the feature alone tells the target: by its most frequent class, or by a straight line."""
    feature, wanted = _array_of(parsed, column), _array_of(parsed, target)
    if target.kind == "number":
        return _on_a_line(feature, wanted)
    assert isinstance(target, Levelled)
    if column.distinct * 5 > len(feature) or column.distinct < len(target.levels):
        return 0
    present = (feature >= 0) & (wanted >= 0)
    pairs = feature[present].astype(np.int64) * len(target.levels) + wanted[present]
    table = np.bincount(pairs, minlength=column.distinct * len(target.levels)).reshape(column.distinct, -1)
    return int(table.max(axis=1).sum())


def _on_a_line(feature: Array, wanted: Array) -> int:
    present = ~(np.isnan(feature) | np.isnan(wanted))
    if present.sum() < 3:
        return 0
    x, y = feature[present], wanted[present]
    with np.errstate(all="ignore"):
        correlation = abs(float(np.corrcoef(x, y)[0, 1]))
    return int(present.sum()) if correlation > 0.99999 else 0
