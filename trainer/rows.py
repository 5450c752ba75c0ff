"""The raw rows of prepared data as batches of tensors, with their targets and their division into parts.

Data stays in the memory-mapped file; a batch gathers its rows by index in one vectorised copy.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from trainer import catalog, inputs, package, split
from trainer.data import Array, Prepared
from trainer.errors import TrainerError
from trainer.package import CategoryColumn, Columns, Images, ModelConfig, NumberColumn
from trainer.scaling import mean_and_scale
from trainer.spec import Split, TrainSpec
from trainer.split import Indices, Parts
from trainer.summary import Column
from trainer.task import Encoded, Task, TaskSpec

SAMPLE_VALUES = 400_000  # the preprocessing constants of images come from about so many values of the training rows
LEAST_SAMPLED = 256  # and from so many rows, or all: a few pictures are not like the others
PIECE_VALUES = 2 * 1024 * 1024  # as many as 512 pictures of 32 x 32 in colour have, and more
BLOCK_VALUES = 8 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Rows:
    """``targets`` has one entry per row of the file, as the task encodes them.

    ``dropped`` counts rows that cannot be used because their target is missing.
    """

    prepared: Prepared
    task: Task
    features: tuple[Column, ...]
    targets: Array
    parts: Parts
    dropped: int
    numbers: list[int]
    categories: list[int]

    def inputs(self, rows: Indices, dtype: torch.dtype = torch.float32) -> Tensor:
        """Raw inputs of these rows: pixels uint8 [B, C, H, W], or columns [B, numbers + categories] as ``dtype``."""
        if self.prepared.summary.kind == "image":
            return torch.from_numpy(self.prepared.array("pixels")[rows])
        table = np.empty((len(rows), len(self.features)), np.float64 if dtype == torch.float64 else np.float32)
        table[:, : len(self.numbers)] = self.prepared.array("numbers")[rows][:, self.numbers]
        if self.categories:
            table[:, len(self.numbers) :] = self.prepared.array("codes")[rows][:, self.categories]
        return torch.from_numpy(table)

    def pieces(self, part: Indices, most: int) -> Iterator[Indices]:
        """``part`` in pieces of at most so many rows, fewer where each of them is large, so that memory holds what a piece needs."""
        values = math.prod(self.prepared.summary.shape) if self.prepared.summary.kind == "image" else len(self.features)
        rows = max(1, min(most, PIECE_VALUES // max(1, values)))
        return (part[start : start + rows] for start in range(0, len(part), rows))

    def targets_of(self, rows: Indices) -> Tensor:
        """Targets of these rows [B, …], as the task encodes them."""
        return torch.from_numpy(self.targets[rows])


def read(spec: TrainSpec, prepared: Prepared) -> Rows:
    """The rows that a resolved ``spec`` learns from. Raises TrainerError where the data cannot be learned from."""
    assert spec.task is not None
    return of_task(spec.task, prepared, spec.split, spec.seed, spec.ranks)


def of_model(config: ModelConfig, prepared: Prepared, prepared_sha256: str | None = None) -> Rows:
    """The rows that a trained model was trained, validated and tested on. Raises TrainerError for other data, also for such as
    look the same where the file's SHA-256 is given: rows that the model learnt would be taken for test rows."""
    _require_same_data(config, prepared)
    data = of_task(config.task, prepared, config.split, config.seed)
    if not config.target.tells_as(data.task.target):
        raise _other_data()
    if prepared_sha256 is not None and config.data not in (None, prepared_sha256):
        raise TrainerError("other_rows", "This is not the file that the model was trained on, though it has what the model needs: rows "
                           "that the model learnt might be taken to test it. Give the model's own data.")
    return replace(data, task=package.task(config))


def _require_same_data(config: ModelConfig, prepared: Prepared) -> None:
    """Else data of another kind would end in a KeyError, and codes of other levels would be judged as if they were the model's."""
    summary = prepared.summary
    if isinstance(config.inputs, Images):
        same = (summary.kind, summary.shape) == ("image", config.inputs.shape)
    else:
        columns = {column.name: (column.kind, column.levels) for column in summary.columns}
        taken = [(column.name, (column.kind, column.levels if isinstance(column, CategoryColumn) else ()))
                 for column in config.inputs.columns]
        same = all(columns.get(name) == column for name, column in taken)
    names = {column.name for column in summary.target_columns}
    if not same or not names.issuperset(config.task.target_columns):
        raise _other_data()


def _other_data() -> TrainerError:
    return TrainerError("other_data", "This is not the data that the model was trained on: its kind, its columns or its classes "
                        "are others. Give the model's own data.")


def of_task(task: TaskSpec, prepared: Prepared, division: Split, seed: int, ranks: int = 1) -> Rows:
    """The rows for a task, divided by ``division`` and ``seed``."""
    module = catalog.entry("tasks", task).module
    module.check(task, prepared.summary)
    encoded: Encoded = module.encode(task, prepared)
    usable = np.flatnonzero(encoded.is_present)
    parts = split.parts(usable, None if encoded.strata is None else encoded.strata[usable], division, seed)
    if len(parts.train) < ranks:
        raise TrainerError("fewer_rows_than_ranks", "There are %(rows)d rows to train on, fewer than the %(ranks)d ranks; take "
                           "fewer ranks.", field="ranks", rows=len(parts.train), ranks=ranks)
    features = inputs.feature_columns(task.features, task.target_columns, prepared.summary)
    return Rows(prepared=prepared, task=module.build(task, module.describe(task, encoded, parts.train)), features=features,
                targets=encoded.values, parts=parts, dropped=len(encoded.values) - len(usable),
                numbers=_places(features, prepared, "number"), categories=_places(features, prepared, "category"))


def _places(features: Sequence[Column], prepared: Prepared, kind: str) -> list[int]:
    names = [column.name for column in prepared.summary.columns if column.kind == kind]
    place = {name: at for at, name in enumerate(names)}
    return [place[column.name] for column in features if column.kind == kind]


def configure(spec: TrainSpec, rows: Rows, prepared_sha256: str | None = None) -> ModelConfig:
    """The configuration of the model to train; its constants are of training rows only. It names the data by their SHA-256."""
    taken = _images(rows) if rows.prepared.summary.kind == "image" else _columns(rows)
    return ModelConfig.model_validate(
        {"task": spec.task, "model": spec.model, "inputs": taken, "target": rows.task.target,
         "split": spec.split, "seed": spec.seed, "data": prepared_sha256, "recipe": spec})


def _images(rows: Rows) -> Images:
    shape = rows.prepared.summary.shape
    pixels = _sample(rows.prepared.array("pixels"), rows.parts.train)
    per_channel = [mean_and_scale(pixels[:, channel]) for channel in range(shape[0])]
    return Images(shape=shape, mean=tuple(mean for mean, _ in per_channel), scale=tuple(scale for _, scale in per_channel))


def _columns(rows: Rows) -> Columns:
    numbers = _number_columns(rows)
    columns = [CategoryColumn(name=column.name, levels=column.levels) if column.kind == "category"
               else _number_column(column.name, next(numbers)) for column in rows.features]
    return Columns(columns=tuple(columns), decimal_comma=rows.prepared.summary.decimal_comma)


def _number_columns(rows: Rows) -> Iterator[Array]:
    """Each number column of the training rows, some of them at a time, so that memory stays flat."""
    numbers, train = rows.prepared.array("numbers"), rows.parts.train
    width = max(1, BLOCK_VALUES // len(train))
    for start in range(0, len(rows.numbers), width):
        yield from numbers[train[:, None], rows.numbers[start : start + width]].T


def _number_column(name: str, values: Array) -> NumberColumn:
    values = values.astype(np.float32)  # as the model sees them: what it cannot tell apart is a constant
    known = values[np.isfinite(values)]
    fill = float(np.median(known)) if len(known) else 0.0
    mean, scale = mean_and_scale(np.where(np.isfinite(values), values, fill))
    return NumberColumn(name=name, fill=fill, mean=mean, scale=scale, flag_missing=len(known) < len(values))


def _sample(pixels: Array, train: Indices) -> Array:
    """Evenly spaced training rows [rows, C, h, w] with about SAMPLE_VALUES values: of large pictures every so many pixels.

    Read row by row, so that memory holds no large picture but one.
    """
    values = math.prod(pixels.shape[1:])
    chosen = train[:: max(1, min(len(train) * values // SAMPLE_VALUES, len(train) // LEAST_SAMPLED))]
    step = max(1, math.isqrt(len(chosen) * values // SAMPLE_VALUES))
    return np.stack([pixels[row, :, ::step, ::step] for row in chosen])
