"""The raw rows of prepared data as batches of tensors, with their targets and their division into parts.

Data stays in the memory-mapped file; a batch gathers its rows by index in one vectorised copy.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer import catalog, split
from trainer.data import Array, Prepared
from trainer.errors import TrainerError
from trainer.package import CategoryColumn, Columns, Images, ModelConfig, NumberColumn
from trainer.plan import TaskPlan
from trainer.spec import Split, TrainSpec
from trainer.split import Indices, Parts
from trainer.summary import Column, number_names, require_classes

SAMPLE_VALUES = 400_000  # the preprocessing constants of images come from about so many values of the training rows
LEAST_SAMPLED = 256  # and from so many rows, or all: a few pictures are not like the others
PIECE_VALUES = 2 * 1024 * 1024  # as many as 512 pictures of 32 x 32 in colour have, and more
BLOCK_VALUES = 8 * 1024 * 1024
SMALLEST_SCALE = 1e-30  # float32 divides by it without losing digits


@dataclass(frozen=True, kw_only=True)
class Rows:
    """``targets`` has one entry per row of the file: class indices int64, or float64 numbers in their own unit.

    ``dropped`` counts rows that cannot be used because their target is missing.
    """

    prepared: Prepared
    plan: TaskPlan
    targets: Array
    classes: tuple[str, ...]
    parts: Parts
    dropped: int
    numbers: list[int]
    categories: list[int]

    def inputs(self, rows: Indices, dtype: torch.dtype = torch.float32) -> Tensor:
        """Raw inputs of these rows: pixels uint8 [B, C, H, W], or columns [B, numbers + categories] as ``dtype``."""
        if self.prepared.summary.kind == "image":
            return torch.from_numpy(self.prepared.array("pixels")[rows])
        table = np.empty((len(rows), len(self.plan.features)), np.float64 if dtype == torch.float64 else np.float32)
        table[:, : len(self.numbers)] = self.prepared.array("numbers")[rows][:, self.numbers]
        if self.categories:
            table[:, len(self.numbers) :] = self.prepared.array("codes")[rows][:, self.categories]
        return torch.from_numpy(table)

    def pieces(self, part: Indices, most: int) -> Iterator[Indices]:
        """``part`` in pieces of at most so many rows, fewer where each of them is large, so that memory holds what a piece needs."""
        values = math.prod(self.plan.shape) if self.prepared.summary.kind == "image" else len(self.plan.features)
        rows = max(1, min(most, PIECE_VALUES // max(1, values)))
        return (part[start : start + rows] for start in range(0, len(part), rows))

    def answers(self, rows: Indices) -> Tensor:
        """Targets of these rows [B]: int64 classes or float64 numbers."""
        return torch.from_numpy(self.targets[rows])


def read(spec: TrainSpec, prepared: Prepared) -> Rows:
    """The rows that a resolved ``spec`` learns from. Raises TrainerError where the data cannot be learned from."""
    assert spec.task is not None
    return of_task(spec.task, prepared, spec.split, spec.seed, spec.ranks)


def of_model(config: ModelConfig, prepared: Prepared, prepared_sha256: str | None = None) -> Rows:
    """The rows that a trained model was trained, validated and tested on. Raises TrainerError for other data, also for such as
    look the same where the file's SHA-256 is given: rows that the model learnt would be taken for test rows."""
    _require_same_data(config, prepared)
    if prepared_sha256 is not None and config.data not in (None, prepared_sha256):
        raise TrainerError("other_rows", "This is not the file that the model was trained on, though it has what the model needs: rows "
                           "that the model learnt might be taken to test it. Give the model's own data.")
    found = of_task(config.task, prepared, config.split, config.seed)
    if found.classes != config.classes:
        raise _other_data()
    return found


def _require_same_data(config: ModelConfig, prepared: Prepared) -> None:
    """Else data of another kind would end in a KeyError, and codes of other levels would be judged as if they were the model's."""
    found = prepared.summary
    if isinstance(config.inputs, Images):
        same = (found.kind, found.shape, found.classes) == ("image", config.inputs.shape, config.classes)
    else:
        columns = {column.name: (column.kind, column.levels) for column in found.columns}
        wanted = [(column.name, (column.kind, column.levels if isinstance(column, CategoryColumn) else ()))
                  for column in config.inputs.columns]
        same = config.target_name in columns and all(columns.get(name) == known for name, known in wanted)
    if not same:
        raise _other_data()


def _other_data() -> TrainerError:
    return TrainerError("other_data", "This is not the data that the model was trained on: its kind, its columns or its classes "
                        "are others. Give the model's own data.")


def of_task(task: Any, prepared: Prepared, division: Split, seed: int, ranks: int = 1) -> Rows:
    """The rows for a task, divided by ``division`` and ``seed``."""
    plan: TaskPlan = catalog.build("tasks", task, prepared.summary)
    targets, known, classes = _targets(plan, prepared)
    usable = np.flatnonzero(known)
    labels = targets[usable] if plan.target == "class" else None
    if labels is not None:
        require_classes(zip(classes, np.bincount(labels, minlength=len(classes)).tolist(), strict=True))
    parts = split.parts(usable, labels, division, seed)
    if len(parts.train) < ranks:
        raise TrainerError("fewer_rows_than_ranks", "There are %(rows)d rows to train on, fewer than the %(ranks)d ranks; take "
                           "fewer ranks.", field="ranks", rows=len(parts.train), ranks=ranks)
    return Rows(prepared=prepared, plan=plan, targets=targets, classes=classes, parts=parts,
                dropped=len(targets) - len(usable), numbers=_places(plan, prepared, "number"),
                categories=_places(plan, prepared, "category"))


def _targets(plan: TaskPlan, prepared: Prepared) -> tuple[Array, Array, tuple[str, ...]]:
    """Targets of all rows, which of them are known, and the classes."""
    column = plan.target_column
    if column is None:
        labels = prepared.array("labels")
        return labels, labels >= 0, plan.classes
    if column.kind == "category":
        codes = prepared.array("codes")[:, _place(column, prepared)].astype(np.int64)
        return codes, codes >= 0, plan.classes
    numbers = np.array(prepared.array("numbers")[:, _place(column, prepared)], dtype=np.float64)
    if plan.target == "number":
        return numbers, np.isfinite(numbers), ()
    known = np.isfinite(numbers)
    values, codes = np.unique(numbers[known], return_inverse=True)
    labels = np.full(len(numbers), -1, dtype=np.int64)
    labels[known] = codes
    return labels, known, number_names(values.tolist())


def _place(column: Column, prepared: Prepared) -> int:
    """Where a column stands among those of its kind."""
    same = [other.name for other in prepared.summary.columns if other.kind == column.kind]
    return same.index(column.name)


def _places(plan: TaskPlan, prepared: Prepared, kind: str) -> list[int]:
    names = [column.name for column in prepared.summary.columns if column.kind == kind]
    place = {name: at for at, name in enumerate(names)}
    return [place[column.name] for column in plan.features if column.kind == kind]


def configure(spec: TrainSpec, rows: Rows, prepared_sha256: str | None = None) -> ModelConfig:
    """The configuration of the model to train; its constants are of training rows only. It names the data by their SHA-256."""
    inputs = _images(rows) if rows.prepared.summary.kind == "image" else _columns(rows)
    mean, scale = (0.0, 1.0) if rows.classes else _mean_and_scale(rows.targets[rows.parts.train])
    return ModelConfig.model_validate(
        {"task": spec.task, "model": spec.model, "inputs": inputs, "target": rows.plan.target,
         "target_name": rows.plan.target_name, "classes": rows.classes, "mean": mean, "scale": scale,
         "split": spec.split, "seed": spec.seed, "data": prepared_sha256, "recipe": spec})


def _images(rows: Rows) -> Images:
    shape = rows.plan.shape
    pixels = _sample(rows.prepared.array("pixels"), rows.parts.train)
    per_channel = [_mean_and_scale(pixels[:, channel]) for channel in range(shape[0])]
    return Images(shape=shape, mean=tuple(mean for mean, _ in per_channel), scale=tuple(scale for _, scale in per_channel))


def _columns(rows: Rows) -> Columns:
    numbers = _number_columns(rows)
    columns = [CategoryColumn(name=column.name, levels=column.levels) if column.kind == "category"
               else _number_column(column.name, next(numbers)) for column in rows.plan.features]
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
    mean, scale = _mean_and_scale(np.where(np.isfinite(values), values, fill))
    return NumberColumn(name=name, fill=fill, mean=mean, scale=scale, flag_missing=len(known) < len(values))


def _mean_and_scale(values: Array) -> tuple[float, float]:
    """Mean and standard deviation; a deviation of 0, but for rounding, counts as 1."""
    values = values.astype(np.float64)
    mean, scale = float(values.mean()), float(values.std())
    return mean, scale if np.isfinite(scale) and scale > max(1e-12 * abs(mean), SMALLEST_SCALE) else 1.0


def _sample(pixels: Array, train: Indices) -> Array:
    """Evenly spaced training rows [rows, C, h, w] with about SAMPLE_VALUES values: of large pictures every so many pixels.

    Read row by row, so that memory holds no large picture but one.
    """
    values = math.prod(pixels.shape[1:])
    chosen = train[:: max(1, min(len(train) * values // SAMPLE_VALUES, len(train) // LEAST_SAMPLED))]
    step = max(1, math.isqrt(len(chosen) * values // SAMPLE_VALUES))
    return np.stack([pixels[row, :, ::step, ::step] for row in chosen])
