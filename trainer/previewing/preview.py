"""A preview run: the cleaning of a spec done on the data themselves, its tokenizers fitted on some of them, and a few
pictures as augmentation varies them.

Input by role: ``prepared``. The result is a ``trainer.previewing.report.Preview``; an output of role ``sheet`` where
there are pictures to show.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from trainer import columns
from trainer.attempt.assets import Assets
from trainer.attempt.events import Output, Result
from trainer.attempt.job import Job
from trainer.attempt.journal import Journal
from trainer.columns import Column
from trainer.data import cleaned, rows
from trainer.data.cleaned import StepResult
from trainer.data.prepared import Prepared
from trainer.data.table import Table
from trainer.previewing import changes, sheet, tokens
from trainer.previewing.report import SHEET, JoinedClass, Preview, Row, Step, StepEffect
from trainer.specs.preview import PreviewSpec
from trainer.specs.train import TrainSpec

MOST_ROWS = 5  # rows of a step that are shown
MOST_CELLS = 10  # of a row that was left out
MOST_CLASSES = 50
MOST_COLUMNS = 20


def preview(job: Job, folder: Path, journal: Journal) -> None:
    """Raises TrainerError with the sentence with which a training by this spec would be refused."""
    began = time.monotonic()
    assert isinstance(job.spec, PreviewSpec)
    prepared = Prepared.open(job.require("prepared"))
    spec = job.spec.training().resolved(prepared.summary)
    assert spec.task is not None
    before = rows.read_table(spec.task, prepared, spec.split)
    results = list(cleaned.rows(spec.cleaning, before))
    table = results[-1].table if results else before
    data = rows.divide(spec.task, before, results, spec.split, spec.seed, cleaning=spec.cleaning)
    drawing = sheet.draw(folder / "out" / SHEET, data, spec)
    if drawing is not None:
        journal.write(Output(role="sheet", path=f"out/{SHEET}", name=SHEET))
    report = Preview(
        rows_before=len(before.rows),
        rows_after=len(table.rows) - data.dropped,
        parts=(len(data.parts.train), len(data.parts.validation), len(data.parts.test)),
        without_target=data.dropped,
        classes=tuple(table.counts()[:MOST_CLASSES]) if table.has_classes else (),
        steps=tuple(_steps(spec, before, results)),
        changes=tuple(changes.of(spec.cleaning, data, table.rows))[:MOST_COLUMNS],
        tokenizations=tuple(islice(tokens.of(spec.tokenizers, data, Assets.of(job)), MOST_COLUMNS)),
        sheet=drawing,
        seconds=time.monotonic() - began,
    )
    journal.write(Result(report=report.model_dump(mode="json")))


def _steps(spec: TrainSpec, table: Table, results: Sequence[StepResult]) -> Iterator[Step]:
    for result in results:
        gone = np.setdiff1d(table.rows, result.table.rows, assume_unique=True)
        yield Step(
            place=next(place for place, step in enumerate(spec.cleaning) if step is result.step),
            name=result.step.name,
            rows_before=len(table.rows),
            rows_after=len(result.table.rows),
            effects=tuple(
                StepEffect(message=effect.message, params={"count": effect.count, **effect.params}, count=effect.count)
                for effect in result.effects
            ),
            left_out=tuple(_row(table, int(row)) for row in gone[:MOST_ROWS]),
            joined=tuple(
                JoinedClass(name=name, spellings=spellings)
                for effect in result.effects
                for name, spellings in effect.joined[:MOST_CLASSES]
            ),
        )
        table = result.table


def _row(table: Table, row: int) -> Row:
    summary = table.prepared.summary
    names = {*table.target_columns, *(column.name for column in table.features)}
    used = [column for column in summary.columns if column.name in names and column.fits_a_cell]
    cells = [(column.name, _outside(column, table.prepared, row)) for column in used[:MOST_CELLS]]
    return Row(number=row + 1, cells=tuple(cells))


def _outside(column: Column, prepared: Prepared, row: int) -> Any:
    return columns.module_of(column, "values").outside(column, prepared, row)
