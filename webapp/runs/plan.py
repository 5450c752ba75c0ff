"""What a complete training spec will do, in the words of the summary beside the form."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainer.catalog import entry
from trainer.data.partition import TEST, TRAIN, VALIDATION
from trainer.data.summary import DataSummary
from trainer.specs.train import TrainSpec
from webapp.charts import learning_rate
from webapp.formatting import short
from webapp.runs.controls.shapes import fields

GIVEN = "given_split"  # what an inspection says of a column of parts


@dataclass(frozen=True)
class Plan:
    pairs: tuple[tuple[str, str], ...]
    chart_title: str
    chart: dict[str, Any]
    chart_note: str = ""


def plan(spec: TrainSpec, data: DataSummary, profile: Mapping[str, Any]) -> Plan:
    """Rows, steps and parts of the run, and its learning rate as a figure."""
    rows = training_rows(spec, data, profile)
    per_epoch = spec.steps_per_epoch(rows)
    total = per_epoch * spec.epochs
    pairs = [
        *_parts(spec),
        (_("Training rows"), _rows(spec) % {"rows": short(rows), "all": short(data.rows), "column": spec.split.column}),
        (_("Steps"), _steps(spec) % {"total": short(total), "epoch": short(per_epoch)}),
        (_("Ranks"), _shared(spec.ranks, math.ceil(spec.batch_size / spec.ranks))),
    ]
    return Plan(tuple(pairs), learning_rate.title(), learning_rate.draw(spec, total), learning_rate.note(spec))


def _parts(spec: TrainSpec) -> Iterator[tuple[str, str]]:
    """The components of the spec and of its lists, each in the words of its family."""
    for name, info, shape in fields(TrainSpec):
        if shape.family is not None and (chosen := getattr(spec, name)):
            components = chosen if shape.kind == "components" else [chosen]
            yield _(info.title or name), ", ".join(_(entry(shape.family, one).label) for one in components)


def _rows(spec: TrainSpec) -> str:
    if _drops(spec):
        return _("at most %(rows)s of %(all)s, fewer by what is cleaned out")
    return _("%(rows)s of %(all)s, given by “%(column)s”") if spec.split.column else _("about %(rows)s of %(all)s")


def _steps(spec: TrainSpec) -> str:
    if _drops(spec):
        return _("at most %(total)s (%(epoch)s per epoch)")
    return _("%(total)s (%(epoch)s per epoch)")


def _drops(spec: TrainSpec) -> bool:
    """Whether cleaning may leave rows out: only the run itself finds how many."""
    return any(step.drops_rows for step in spec.cleaning)


def _shared(ranks: int, rows: int) -> str:
    sentence = ngettext("%(ranks)d, with %(rows)d row of each step", "%(ranks)d, with %(rows)d rows of each step", rows)
    return sentence % {"ranks": ranks, "rows": rows}


def training_rows(spec: TrainSpec, data: DataSummary, profile: Mapping[str, Any]) -> int:
    """Rows that are left to train on; the split itself may differ by a few, since it keeps the classes' proportions."""
    split, rows_of_parts = spec.split, _given_parts(spec, profile)
    if rows_of_parts is None:
        return max(1, round(data.rows * (1 - split.validation - split.test_part)))
    rows = rows_of_parts[TRAIN]
    for part, share in ((TEST, split.test), (VALIDATION, split.validation)):
        if not rows_of_parts[part]:  # it is drawn from the rows to train
            rows -= max(1, round(rows * share))
    return max(1, rows)


def _given_parts(spec: TrainSpec, profile: Mapping[str, Any]) -> Mapping[str, int] | None:
    """Rows of each part by the column that divides them, as the inspection counted; None where they are drawn."""
    counts = (problem["params"] for problem in profile.get("problems") or () if problem["code"] == GIVEN)
    return next((params for params in counts if spec.split.column and params["column"] == spec.split.column), None)
