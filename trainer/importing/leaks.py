"""Whether one column alone tells the target, of whatever kinds the two are: such a column is often known only after the
fact, and makes a result look too good.

Every kind gives its values as numbers on an axis. Where a column has few different values, each tells the class that
most of its rows have. Where larger means more, the rows are also put in order, and long stretches of one class tell it,
if there are hardly more such stretches than classes. A target of many numbers is divided into ranges that count as
classes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trainer.columns import Column
from trainer.data.partition import is_partition
from trainer.data.prepared import Array
from trainer.importing.kind import Table, import_of, names

LEAST_ROWS, LEAST_OTHERS = 30, 10  # and rows that are not of the most frequent class: fewer agree by chance
LEAST_TOLD = 5  # rows of one value, or one behind the other, that are no chance
TOLD_SHARE, SAMPLE_SHARE = 0.99, 0.98
ERROR_SHARE = 0.1  # of the rows that answering the most frequent class always would get wrong
SAMPLE, MOST_ROWS = 20_000, 5_000_000  # rows that show whether it is worth to look at all, or at so many
MOST_COMPARED = 1000  # columns
RANGES = 20  # of a target of numbers
STRETCHES = 2  # times as many as classes at most
ON_A_LINE = 0.99999  # correlation


@dataclass(frozen=True)
class Leak:
    """``agreeing`` of the ``rows`` that have a target are told by the column."""

    column: Column
    agreeing: int
    rows: int


@dataclass(frozen=True)
class _Target:
    """In these rows, which are in no order: the numbers of the target, and the classes [rows] that they make."""

    rows: Array
    numbers: Array
    classes: Array
    has_order: bool

    @property
    def usual(self) -> int:
        """The most frequent class."""
        return int(np.bincount(self.classes).argmax())

    @property
    def others(self) -> int:
        return int(np.count_nonzero(self.classes != self.usual))

    def is_told(self, agreeing: int, share: float) -> bool:
        wrong = len(self.rows) - agreeing
        return agreeing >= share * len(self.rows) and wrong <= ERROR_SHARE * self.others


def leaks(target: Column, table: Table) -> Iterator[Leak]:
    """The columns that alone tell the target, among the first ``MOST_COMPARED``."""
    count = table.summary.rows
    features = [column for column in table.summary.columns if column.name != target.name and _is_feature(column)]
    sample, every = _target(target, table, _rows(count, SAMPLE)) if features else None, None
    if sample is None:
        return
    for column in features[:MOST_COMPARED]:
        if not sample.is_told(_agreeing(column, sample, table), SAMPLE_SHARE if count > SAMPLE else TOLD_SHARE):
            continue
        every = every or _target(target, table, _rows(count, MOST_ROWS)) or sample
        agreeing = _agreeing(column, every, table)
        if every.is_told(agreeing, TOLD_SHARE):
            yield Leak(column, agreeing, len(every.rows))


def _rows(count: int, most: int) -> Array:
    """Of so many rows, in no order: where a file is sorted by its classes, rows of the same value would seem to be."""
    random = np.random.default_rng(0)
    return random.permutation(count) if count <= most else random.choice(count, most, replace=False)


def _is_feature(column: Column) -> bool:
    """Whether it goes into models unless somebody says otherwise."""
    is_input = column.layout is not None and not column.is_identifier and not is_partition(column)
    return is_input and column.kind in names()


def _target(target: Column, table: Table, rows: Array) -> _Target | None:
    """None where too few rows are there to tell anything, or the target has no axis."""
    own = import_of(target.kind)
    numbers = own.axis(target, table, rows)
    if numbers is None:
        return None
    is_present = ~np.isnan(numbers)
    rows, numbers = rows[is_present], numbers[is_present]
    if len(rows) < LEAST_ROWS:
        return None
    classes = _classes(numbers, are_ranges=own.has_order)
    summary = _Target(rows, numbers, classes, own.has_order)
    return summary if summary.others >= LEAST_OTHERS else None


def _classes(numbers: Array, *, are_ranges: bool) -> Array:
    """int64: each number's place among the different ones, or of many among ranges of about as many rows."""
    values, places = np.unique(numbers, return_inverse=True)
    if not are_ranges or len(values) <= RANGES:
        return places
    shares = np.linspace(0, 1, min(RANGES, len(numbers) // (2 * LEAST_TOLD)) + 1)[1:-1]
    edges = np.unique(np.quantile(numbers, shares, method="lower"))
    if len(edges) < len(shares) / 2:  # most rows have one of a few numbers
        edges = np.unique(np.quantile(values, shares, method="lower"))
    return np.searchsorted(edges, numbers)


def _agreeing(feature: Column, target: _Target, table: Table) -> int:
    own = import_of(feature.kind)
    values = own.axis(feature, table, target.rows)
    if values is None:
        return 0
    is_missing = np.isnan(values)
    if own.has_order and target.has_order and _are_on_a_line(values[~is_missing], target.numbers[~is_missing]):
        return int(np.count_nonzero(~is_missing))
    places = np.where(is_missing, np.inf, values)  # that a value is missing can tell the target as well
    order = np.argsort(places, kind="stable")
    ordered, classes = places[order], target.classes[order]
    groups = np.cumsum(np.concatenate([[False], ordered[1:] != ordered[:-1]]))
    by_ranges = _told_by_ranges(classes) if own.has_order else 0
    are_few = (int(groups[-1]) + 1) * LEAST_TOLD <= len(places)
    return max(by_ranges, _told_by_values(groups, classes, target.usual) if are_few else 0)


def _told_by_values(groups: Array, classes: Array, usual: int) -> int:
    """Rows of the most frequent class of their group; of small groups, those that are of the ``usual`` class."""
    width = int(classes.max()) + 1
    pairs, counts = np.unique(groups * width + classes, return_counts=True)
    starts = np.flatnonzero(np.diff(pairs // width, prepend=-1))
    sizes, most = np.add.reduceat(counts, starts), np.maximum.reduceat(counts, starts)
    is_large = sizes >= LEAST_TOLD
    is_usual_of_small = ~np.repeat(is_large, np.diff(starts, append=len(pairs))) & (pairs % width == usual)
    return int(most[is_large].sum() + counts[is_usual_of_small].sum())


def _told_by_ranges(classes: Array) -> int:
    """Rows in long stretches of one class, of rows in the order of the feature."""
    starts = np.flatnonzero(np.diff(classes, prepend=-1))
    lengths = np.diff(starts, append=len(classes))
    is_long = lengths >= LEAST_TOLD
    stretches = classes[starts[is_long]]
    if 1 + np.count_nonzero(np.diff(stretches)) > STRETCHES * (int(classes.max()) + 1):
        return 0
    return int(lengths[is_long].sum())


def _are_on_a_line(feature: Array, target: Array) -> bool:
    if len(feature) < LEAST_ROWS:
        return False
    with np.errstate(all="ignore"):
        return abs(float(np.corrcoef(feature, target)[0, 1])) > ON_A_LINE
