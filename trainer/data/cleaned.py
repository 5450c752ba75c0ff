"""Data cleaned as a spec says: its rows before they are divided, its values behind that."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trainer import catalog, columns
from trainer.cleaning import CleaningSpec, Effect, leaves_nothing
from trainer.columns import Block, Column
from trainer.data.prepared import Array, Indices, Prepared
from trainer.data.table import Table

ChangeValues = Callable[[CleaningSpec, Block, Sequence[str], Prepared, Indices], Block]


@dataclass(frozen=True)
class StepResult:
    """A step, what it made of the table, and what there is to say of it."""

    step: CleaningSpec
    table: Table
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class ValueStep:
    """A step that changes values of these columns: the blocks before it, and behind it."""

    step: CleaningSpec
    columns: frozenset[str]
    before: tuple[Block, ...]
    after: tuple[Block, ...]


@dataclass(frozen=True)
class ChangeCount:
    """In how many rows a step changed the value of a column."""

    step: CleaningSpec
    column: str
    count: int


def rows(steps: Sequence[CleaningSpec], table: Table) -> Iterator[StepResult]:
    """The result of each step that leaves rows out or joins classes. Raises TrainerError where one leaves nothing."""
    for place, step in enumerate(steps):
        entry = catalog.entry("cleaning", step)
        if not hasattr(entry.module, "rows"):
            continue
        table, effects = entry.module.rows(step, table)
        if not len(table.rows):
            raise leaves_nothing(place, entry.label)
        yield StepResult(step, table, tuple(effects))


def values(
    steps: Sequence[CleaningSpec],
    blocks: Sequence[Block],
    features: Sequence[Column],
    prepared: Prepared,
    train: Indices,
) -> Iterator[ValueStep]:
    """Each step that changes the blocks."""
    before = tuple(blocks)
    for step in steps:
        module = catalog.entry("cleaning", step).module
        if hasattr(module, "change"):
            names = frozenset(column.name for column in features if step.takes(column))
            after = tuple(_changed(module.change, step, block, names, prepared, train) for block in before)
            yield ValueStep(step, names, before, after)
            before = after


def changes(value_steps: Sequence[ValueStep], prepared: Prepared, pieces: Iterable[Indices]) -> list[ChangeCount]:
    """What the steps changed in these rows, by step and column; only where something did."""
    counts: Counter[tuple[int, str]] = Counter()
    for rows in pieces:
        for place, step in enumerate(value_steps):
            counts.update({(place, name): count for name, count in _changes(step, prepared, rows)})
    return [
        ChangeCount(value_steps[place].step, column, count)
        for (place, column), count in sorted(counts.items())
        if count
    ]


def _changes(step: ValueStep, prepared: Prepared, rows: Indices) -> Iterator[tuple[str, int]]:
    for before, after in zip(step.before, step.after, strict=True):
        if before != after:
            counts = _differences(before, after, prepared, rows)
            yield from ((name, count) for name, count in counts if name in step.columns)


def _differences(before: Block, after: Block, prepared: Prepared, rows: Indices) -> Iterator[tuple[str, int]]:
    """Of each column of a block, in how many rows its value is another."""
    values = columns.module_of(before, "values")
    if before.lengths:
        texts = values.pairs(before, after, prepared, rows)
        return iter([(before.column_names[0], sum(text != changed for text, changed in texts))])
    raw = values.gatherer(before, prepared)(rows)
    differ = differences(values.cleaned(before, raw), values.cleaned(after, raw), before)
    return zip(before.column_names, differ.sum(0).tolist(), strict=True)


def differences(before: Array, after: Array, block: Block) -> Array:
    """Where two arrays of a block's values differ, bool; two gaps are alike."""
    different: Array = (before != after) & ~(is_gap(before, block) & is_gap(after, block))
    return different


def is_gap(values: Array, block: Block) -> Array:
    """Where a value is missing, bool."""
    assert block.gap is not None
    missing: Array = np.isnan(values) if np.isnan(block.gap) else values == block.gap
    return missing


def _changed(
    change: ChangeValues, step: CleaningSpec, block: Block, names: frozenset[str], prepared: Prepared, train: Indices
) -> Block:
    own = [name for name in block.column_names if name in names]
    return change(step, block, own, prepared, train) if own else block
