"""One row of raw values to a reply: read as ``predict.py`` reads it, answered by the exported graph."""

import base64
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from trainer import columns
from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.proving.latency import seconds_of_calls
from trainer.proving.raw_batches import read_cells, tensors
from trainer.sentences import gettext_noop as _
from trainer.trying import entries, occlusion
from trainer.trying.occlusion import Bounds
from trainer.trying.opening import THREADS, Input, Model
from trainer.trying.parts import Given
from trainer.trying.questions import Question
from trainer.trying.replies import Answer, Doubt, Excess, View

SECONDS = 4.0  # for what is left out, part by part
WARM_UP_CALLS, FEWEST_CALLS, MOST_CALLS, CALLS_SECONDS = 3, 5, 200, 0.1
LONGEST_DOUBT = 80


def answer(model: Model, question: Question, is_wanted: Callable[[], bool], seconds: float = SECONDS) -> Answer:
    """Raises TrainerError, with the column, for a value that cannot be read."""
    readings = [_read(one, question) for one in model.inputs]
    givens, doubts = [given for given, _doubts in readings], [doubt for _given, own in readings for doubt in own]
    row: dict[str, Array] = {}
    for given in givens:
        row |= tensors(given.description, given.row)
    outcome = model.task.outcome(_finite(model.run(row))[0], model.output, question.about)
    calls = _calls(model, row)
    measured = partial(model.task.measured, output=model.output, subject=outcome.subject)
    bounds = Bounds(seconds=seconds, row_seconds=median(calls), is_wanted=is_wanted)
    influences = occlusion.influences(model, givens, row, measured, bounds)
    return Answer(
        outcome=outcome,
        latency_ms=median(calls) * 1000,
        calls=len(calls),
        threads=THREADS,
        doubts=tuple(doubts),
        excesses=tuple(_excesses(givens)),
        influences=influences.tried,
        parts=influences.parts,
        tried=influences.leaves,
        views=tuple(_views(givens)),
    )


def _finite(answers: Array) -> Array:
    if not np.isfinite(answers).all():
        raise TrainerError(
            "answer_not_finite",
            _("The model answers this with what is no number. Enter usual values, or train it with smaller steps."),
        )
    return answers


def _calls(model: Model, row: dict[str, Array]) -> list[float]:
    """Seconds of some calls, behind others that warm up."""
    seconds_of_calls(model.run, row, WARM_UP_CALLS, WARM_UP_CALLS, 0)
    return seconds_of_calls(model.run, row, FEWEST_CALLS, MOST_CALLS, CALLS_SECONDS)


def _read(one: Input, question: Question) -> tuple[Given, Sequence[Doubt]]:
    """The raw row of a block, and what was not understood of it. What is entered as a file comes as its content alone:
    a text in its place would be the path of a file of this machine.
    """
    names = one.block.column_names
    looks = {entry.column: entry.look for entry in entries.of(one.description)}
    cells = {name: (question.files if looks[name] == "file" else question.values).get(name) for name in names}
    try:
        row, strange = read_cells(
            columns.module_of(one.block, "read"), [[cell] for cell in cells.values()], one.description, Path()
        )
    except (ValueError, OSError) as error:
        raise TrainerError(
            "value_unreadable",
            _("This cannot be used: %(error)s."),
            field=names[0] if len(names) == 1 else None,
            error=str(error),
        ) from error
    doubts = [Doubt(column=name, value=str(cell)[:LONGEST_DOUBT]) for name, cell in strange]
    return Given(one.block, one.description, cells, row), doubts


def _excesses(givens: Sequence[Given]) -> Iterator[Excess]:
    for given in givens:
        examine = getattr(columns.module_of(given.block, "occlusion"), "excess", None)
        if examine is not None and (excess := examine(given)) is not None:
            yield excess


def _views(givens: Sequence[Given]) -> Iterator[View]:
    for given in givens:
        draw = getattr(columns.module_of(given.block, "occlusion"), "picture", None)
        if draw is not None:
            height, width = np.asarray(given.row).shape[-2:]
            png = base64.b64encode(draw(given)).decode()
            yield View(column=given.block.column_names[0], width=width, height=height, png=png)
