"""The raw rows of prepared data as batches of tensors, with their targets and their division into parts.

Data stays in the memory-mapped file; a batch gathers its rows by index in one vectorised copy.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from pydantic import TypeAdapter
from torch import Tensor

from trainer import catalog, columns
from trainer.cleaning import CleaningSpec, Effect
from trainer.columns import AnyBlock, Block, Column, Gatherer
from trainer.data import blocks, cleaned, inputs, partition, split
from trainer.data.batches import Batches
from trainer.data.cleaned import ChangeCount, StepResult, ValueStep
from trainer.data.partition import PARTS
from trainer.data.prepared import Array, Indices, Prepared
from trainer.data.ragged import Ragged
from trainer.data.split import Parts
from trainer.data.summary import require_classes
from trainer.data.table import Table
from trainer.data.variation import Variation
from trainer.errors import TrainerError
from trainer.packaging import package
from trainer.packaging.package import ModelConfig
from trainer.specs.split import Split
from trainer.specs.train import TrainSpec
from trainer.task import Task, TaskSpec

PIECE_VALUES = 2 * 1024 * 1024  # as many as 512 pictures of 32 x 32 in colour have, and more
_BLOCKS = TypeAdapter(tuple[AnyBlock, ...])
FEW_VALUES = 64 * 1024  # up to which more rows than asked for make a piece: the calls of one cost more than its numbers


@dataclass(frozen=True, kw_only=True)
class Rows:
    """``targets`` has one entry per row of the file, as the task encodes them.

    ``dropped`` counts rows that cannot be used because their target is missing, or the part that a column gives;
    ``effects`` are what cleaning did with rows and classes, ``value_steps`` its steps that change values.
    """

    prepared: Prepared
    task: Task
    features: tuple[Column, ...]
    blocks: tuple[Block, ...]
    targets: Array
    parts: Parts
    dropped: int = 0
    effects: tuple[Effect, ...] = ()
    value_steps: tuple[ValueStep, ...] = ()

    def batch(
        self, rows: Indices, dtype: torch.dtype = torch.float32, variation: Variation | None = None
    ) -> dict[str, Tensor]:
        """The raw values of these rows by block, [B, …], varied where they are to train, and how long each row is where
        they differ: whole numbers as they are, others as ``dtype``.
        """
        arrays = (self._arrays(block, rows, variation) for block in self.blocks)
        raw = ((name, torch.from_numpy(values)) for own in arrays for name, values in own.items())
        return {name: values.to(dtype) if values.is_floating_point() else values for name, values in raw}

    def _arrays(self, block: Block, rows: Indices, variation: Variation | None) -> dict[str, Array]:
        """By the names of their tensors."""
        values: Array = self._gatherers[block.name](rows)
        if block.lengths is None:
            return {block.name: variation.of(values, rows, block, self.features) if variation else values}
        ragged = Ragged(values, self._lengths[block.lengths][rows])
        varied = variation.of_ragged(ragged, rows, block, self.features) if variation else ragged
        return {block.name: varied.values, block.lengths: varied.lengths}

    @property
    def cleaned(self) -> dict[tuple[str, str], int]:
        """What cleaning did for a report: counts by name and label. A step may have been done twice."""
        counts: Counter[tuple[str, str]] = Counter()
        for effect in self.effects:
            counts[f"cleaning/{effect.name}", effect.label] += effect.count
        return counts

    @cached_property
    def changes(self) -> Sequence[ChangeCount]:
        """The values that cleaning changed in the rows that are used. It reads all of them."""
        rows = np.concatenate([self.parts.train, self.parts.validation, self.parts.test])
        return (
            cleaned.changes(self.value_steps, self.prepared, self.pieces(rows, len(rows))) if self.value_steps else ()
        )

    @cached_property
    def _gatherers(self) -> dict[str, Gatherer]:
        return {block.name: columns.module_of(block, "values").gatherer(block, self.prepared) for block in self.blocks}

    @cached_property
    def _lengths(self) -> dict[str, Array]:
        """Of all rows, by the name of their tensor."""
        return {
            block.lengths: columns.module_of(block, "values").lengths(block, self.prepared)
            for block in self.blocks
            if block.lengths
        }

    @cached_property
    def lengths(self) -> Array | None:
        """How long each row of the file is, int64 [N], in all columns together; None where all are alike."""
        return np.sum(list(self._lengths.values()), 0) if self._lengths else None

    @cached_property
    def _longest(self) -> int:
        """Values of the longest row, where rows differ in length."""
        return sum(int(lengths.max(initial=0)) for lengths in self._lengths.values())

    def blocks_as_json(self) -> str:
        """All that was fitted on the training rows."""
        return _BLOCKS.dump_json(self.blocks).decode()

    def with_blocks(self, blocks: str) -> "Rows":
        """With what was fitted before."""
        return replace(self, blocks=_BLOCKS.validate_json(blocks))

    def batches(self, size: int, seed: int) -> Batches:
        """The training rows in batches of so many."""
        return Batches(self.parts.train, size, seed, self.lengths)

    def pieces(self, part: Indices, most: int) -> Iterator[Indices]:
        """``part`` in pieces of about so many rows, fewer where each of them is large, so that memory holds what a
        piece needs, and more where each is small.
        """
        values = max(1, sum(column.width for column in self.features) + self._longest)
        rows = max(1, min(max(most, FEW_VALUES // values), PIECE_VALUES // values))
        return (part[start : start + rows] for start in range(0, len(part), rows))

    def by_length(self, part: Indices) -> Indices:
        """``part``, the shortest rows first where rows differ in length: pieces of it are hardly padded."""
        return part if self.lengths is None else part[np.argsort(self.lengths[part], kind="stable")]

    def targets_of(self, rows: Indices) -> Tensor:
        """Targets of these rows [B, …], as the task encodes them."""
        return torch.from_numpy(self.targets[rows])


def read(spec: TrainSpec, prepared: Prepared) -> Rows:
    """The rows that ``spec`` learns from. Raises TrainerError where the data cannot be learned from."""
    return of_task(spec.task, prepared, spec.split, spec.seed, spec.ranks, spec.cleaning)


def of_model(config: ModelConfig, prepared: Prepared, prepared_sha256: str | None = None) -> Rows:
    """The rows that a trained model was trained, validated and tested on. Raises TrainerError for other data, also for
    such as look the same where the file's SHA-256 is given: rows that the model learnt would be taken for test rows.
    """
    _require_same_data(config, prepared)
    data = of_task(config.task, prepared, config.split, config.seed, cleaning=config.cleaning)
    if not config.target.tells_as(data.task.target):
        raise _other_data()
    if prepared_sha256 is not None and config.data not in (None, prepared_sha256):
        raise TrainerError(
            "other_rows",
            "This is not the file that the model was trained on, though it has what the model needs: rows "
            "that the model learnt might be taken to test it. Give the model's own data.",
        )
    return replace(data, task=package.task(config), blocks=config.inputs)


def _require_same_data(config: ModelConfig, prepared: Prepared) -> None:
    """Else data of another kind would end in a KeyError, and codes of other levels would be judged as if they
    were the model's.
    """
    summary = prepared.summary
    names = {column.name for column in summary.columns}
    needed = (*config.task.target_columns, *config.split.columns)
    if not names.issuperset(needed) or not all(block.fits(summary.columns) for block in config.inputs):
        raise _other_data()


def _other_data() -> TrainerError:
    return TrainerError(
        "other_data",
        "This is not the data that the model was trained on: its kind, its columns or its classes "
        "are others. Give the model's own data.",
    )


def of_task(
    task: TaskSpec,
    prepared: Prepared,
    division: Split,
    seed: int,
    ranks: int = 1,
    cleaning: Sequence[CleaningSpec] = (),
) -> Rows:
    """The rows for a task, cleaned, and divided by ``division`` and ``seed``."""
    table = read_table(task, prepared, division)
    return divide(task, table, list(cleaned.rows(cleaning, table)), division, seed, ranks, cleaning)


def divide(
    task: TaskSpec,
    table: Table,
    results: Sequence[StepResult],
    division: Split,
    seed: int,
    ranks: int = 1,
    cleaning: Sequence[CleaningSpec] = (),
) -> Rows:
    """The rows of a table behind the steps with these ``results``, divided, and their values cleaned. Raises
    TrainerError where they cannot be learned from.
    """
    table = results[-1].table if results else table
    if table.has_classes:
        require_classes(table.counts())
    usable, parts = _divided(table, division, seed)
    _require_rows(parts.train, ranks)
    effects = tuple(effect for result in results for effect in result.effects)
    return replace(_fitted(task, table, parts, cleaning), dropped=len(table.rows) - len(usable), effects=effects)


def _fitted(task: TaskSpec, table: Table, parts: Parts, cleaning: Sequence[CleaningSpec]) -> Rows:
    """With what the task, the kinds of columns and the cleaning of values take from the training rows."""
    features, prepared, train = table.features, table.prepared, parts.train
    target = catalog.part("tasks", task, "task").describe(task, table.targets, train)
    fitted = blocks.fit(features, prepared, train)
    steps = tuple(cleaned.values(cleaning, fitted, features, prepared, train))
    return Rows(
        prepared=prepared,
        task=catalog.build("tasks", task, target),
        features=features,
        blocks=steps[-1].after if steps else fitted,
        targets=table.targets.values,
        parts=parts,
        value_steps=steps,
    )


def _require_rows(train: Indices, ranks: int) -> None:
    """Raise TrainerError where a rank would have no row to train on."""
    if len(train) < ranks:
        raise TrainerError(
            "fewer_rows_than_ranks",
            "There are %(rows)d rows to train on, fewer than the %(ranks)d ranks; take fewer ranks.",
            field="ranks",
            rows=len(train),
            ranks=ranks,
        )


def read_table(task: TaskSpec, prepared: Prepared, division: Split) -> Table:
    """All rows, with the columns used and the encoded targets."""
    catalog.entry("tasks", task).module.check(task, prepared.summary)
    return Table(
        prepared=prepared,
        features=inputs.feature_columns(task.features, (*task.target_columns, *division.columns), prepared.summary),
        targets=catalog.part("tasks", task, "task").encode(task, prepared),
        target_columns=task.target_columns,
        rows=np.arange(len(prepared)),
    )


def _divided(table: Table, division: Split, seed: int) -> tuple[Indices, Parts]:
    """The rows that can be used, and their parts."""
    encoded = table.targets
    places = _places(table.prepared, division.column) if division.column else None
    is_usable = encoded.is_present if places is None else encoded.is_present & (places >= 0)
    usable = table.rows[is_usable[table.rows]]
    strata = None if encoded.strata is None else encoded.strata[usable]
    if places is None:
        return usable, split.parts(usable, strata, division, seed)
    return usable, split.by_column(usable, strata, places[usable], division, seed)


def _places(prepared: Prepared, name: str) -> Array:
    """int64 [N]: the place in PARTS that the column gives each row, -1 where it gives none."""
    column = partition.require_partition(name, prepared.summary)
    codes, _ = columns.module_of(column, "values").targets(column, prepared, "class")
    places = [PARTS.index(part) if part else -1 for part in partition.parts_of(column)]
    return np.asarray(np.array([*places, -1])[codes])


def configure(spec: TrainSpec, rows: Rows, prepared_sha256: str | None = None) -> ModelConfig:
    """The configuration of the model to train. It names the data by their SHA-256."""
    return ModelConfig.model_validate(
        {
            "task": spec.task,
            "model": spec.model,
            "inputs": rows.blocks,
            "target": rows.task.target,
            "dialect": rows.prepared.summary.dialect,
            "split": spec.split,
            "seed": spec.seed,
            "cleaning": spec.cleaning,
            "data": prepared_sha256,
            "recipe": spec,
        }
    )
