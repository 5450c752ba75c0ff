"""Data cleaned as a spec says: its rows before they are divided, its values behind that."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from trainer import catalog
from trainer.cleaning import CleaningSpec, Effect
from trainer.columns import Block, Column
from trainer.data.prepared import Indices, Prepared
from trainer.data.table import Table
from trainer.errors import TrainerError
from trainer.sentences import gettext_noop as _

ChangeValues = Callable[[CleaningSpec, Block, Sequence[str], Prepared, Indices], Block]


@dataclass(frozen=True)
class StepResult:
    """A step, what it made of the table, and what there is to say of it."""

    step: CleaningSpec
    table: Table
    effects: tuple[Effect, ...]


def rows(steps: Sequence[CleaningSpec], table: Table) -> Iterator[StepResult]:
    """The result of each step that leaves rows out or joins classes. Raises TrainerError where one leaves nothing."""
    for place, step in enumerate(steps):
        entry = catalog.entry("cleaning", step)
        if not hasattr(entry.module, "rows"):
            continue
        table, effects = entry.module.rows(step, table)
        if not len(table.rows):
            raise TrainerError(
                "cleaning_left_nothing",
                _("“%(step)s” leaves no row to learn from. Change this step, or take it out."),
                field=f"cleaning.{place}",
                step=entry.label,
            )
        yield StepResult(step, table, tuple(effects))


def values(
    steps: Sequence[CleaningSpec],
    blocks: Sequence[Block],
    features: Sequence[Column],
    prepared: Prepared,
    train: Indices,
) -> tuple[Block, ...]:
    """The blocks as the steps change them."""
    for step in steps:
        module = catalog.entry("cleaning", step).module
        if hasattr(module, "change"):
            names = {column.name for column in features if step.takes(column)}
            blocks = [_changed(module.change, step, block, names, prepared, train) for block in blocks]
    return tuple(blocks)


def _changed(
    change: ChangeValues, step: CleaningSpec, block: Block, names: set[str], prepared: Prepared, train: Indices
) -> Block:
    own = [name for name in block.column_names if name in names]
    return change(step, block, own, prepared, train) if own else block
