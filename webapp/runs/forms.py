"""The form of a new run, made from its Spec: sections of controls, filled with what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic import ValidationError

from trainer.catalog import listing
from trainer.component import Section, Strict
from trainer.data.partition import split_column
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.specs.train import TrainDraft
from webapp import refusals
from webapp.assets.queries import Choices
from webapp.datasets.models import DatasetVersion
from webapp.runs import fitting
from webapp.runs.controls import draw
from webapp.runs.controls.control import Control, Group
from webapp.runs.controls.draw import Errors, Surroundings
from webapp.runs.controls.read import read
from webapp.runs.models import Kind, Run

USUAL_RANKS = 2  # a run begins with so many where a machine has as many devices, or none is known yet


@dataclass(frozen=True)
class Part:
    """A section of the form; ``name`` is also its icon's."""

    name: str
    title: str
    group: Group


@dataclass(frozen=True)
class Reading:
    """A spec from outside: what was said, the complete spec if it is right, and what is wrong otherwise."""

    raw: dict[str, Any]
    spec: TrainDraft | None = None
    errors: Errors = field(default_factory=dict)


def check(raw: dict[str, Any], version: DatasetVersion) -> Reading:
    """Validate a training spec and fit it to the data and the machines, as starting it would."""
    try:
        return Reading(raw, fitting.training_spec(raw, version))
    except (ValidationError, TrainerError) as error:
        return Reading(raw, errors=refusals.by_field(error, raw))


def read_post(post: QueryDict) -> dict[str, Any]:
    """The spec that a form describes, unchecked."""
    return read(TrainDraft, post)


def starting_point(profile: Mapping[str, Any], most_ranks: int | None) -> dict[str, Any]:
    """What a form says before anybody touched it: defaults, as many ranks as fit, the task that the data
    set's profile suggests.
    """
    task, target = profile.get("suggested_task"), profile.get("suggested_target")
    suggested = {"task": {"name": task, **({"target": target} if target else {})}} if task else {}
    column = split_column(DataSummary.model_validate(profile["summary"])) if "summary" in profile else None
    if column is not None:
        suggested["split"] = {"column": column}
    return {**suggested, "ranks": min(USUAL_RANKS, most_ranks or USUAL_RANKS)}


def is_cloneable(run: Run) -> bool:
    """Whether a form can begin with the run's spec: it offers what fits the data, which must be known."""
    version = run.dataset_version
    return run.kind == Kind.TRAIN and version is not None and version.state == DatasetVersion.State.READY


def is_trainable(version: DatasetVersion) -> bool:
    """Whether any task can be learnt from this data, once it is inspected: a table may hold nothing but free text."""
    if version.profile is None:
        return False
    summary = DataSummary.model_validate(version.profile["summary"])
    return any(entry.module.suggest(summary) is not None for entry in listing("tasks").values())


def filled(spec: TrainDraft) -> dict[str, Any]:
    """A complete spec as the form begins with it; the loss stays open, so that it follows the task."""
    return {**spec.model_dump(mode="json"), "loss": None}


def sections(
    reading: Reading,
    summary: DataSummary,
    most_ranks: int | None,
    model: type[Strict] = TrainDraft,
    assets: Choices | None = None,
) -> tuple[Part, ...]:
    """The form, filled with what was said and with what is wrong beside each field; ``assets`` are the person's."""
    controls = draw.controls(model, reading.raw, Surroundings(summary, most_ranks, reading.errors, assets=assets))
    places = _places(model)
    return tuple(
        Part(section.name.lower(), _(section.value), group)
        for section in Section
        if (group := _group([control for name, control in controls.items() if places[name] == section])).controls
    )


def _group(controls: Sequence[Control]) -> Group:
    return Group(
        tuple(control for control in controls if not control.advanced),
        tuple(control for control in controls if control.advanced),
    )


def _places(model: type[Strict]) -> dict[str, Section]:
    """The section of each field."""
    places, last = {}, Section.DATA
    for name, info in model.model_fields.items():
        last = places[name] = next((note for note in info.metadata if isinstance(note, Section)), last)
    return places
