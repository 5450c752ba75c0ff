"""The form of a new run, made from the Specs: sections, parts that can be exchanged, and their fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import ValidationError

from trainer.catalog import Entry, Family, listing
from trainer.columns import Column
from trainer.data import inputs
from trainer.data.partition import split_column
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.model import ModelSpec
from trainer.spec import Split, TrainDraft, TrainSpec
from trainer.task import TaskSpec
from webapp import refusals, words
from webapp.datasets.models import DatasetVersion
from webapp.runs import fitting
from webapp.runs.fields import Errors, Field, Place, default, family_default, fields, read
from webapp.runs.models import Kind, Run

PARTS: dict[str, Family] = {
    "task": "tasks",
    "model": "models",
    "loss": "losses",
    "optimizer": "optimizers",
    "schedule": "schedules",
}
SHOWN = 4  # fields of a component that stand open; further ones are folded
PLACES = {"batch_size": "training", "epochs": "training", "ranks": "resources"}
USUAL_RANKS = 2  # a run begins with so many where a machine has as many devices, or none is known yet
FOLDED = {"threads": "resources", "checkpoint_seconds": "resources"}


@dataclass(frozen=True)
class Option:
    """One component that may be chosen, with its own fields."""

    name: str
    label: str
    help: str
    fields: tuple[Field, ...]
    folded: tuple[Field, ...]

    @property
    def folded_open(self) -> bool:
        return is_faulty(self.folded)


@dataclass(frozen=True)
class Part:
    """A place in the spec that takes one component of a family."""

    name: str
    label: str
    help: str
    chosen: str
    options: tuple[Option, ...]
    automatic: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One export that may be ticked."""

    name: str
    label: str
    help: str
    checked: bool


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    icon: str
    parts: tuple[Part, ...] = ()
    fields: tuple[Field, ...] = ()
    folded: tuple[Field, ...] = ()
    checks: tuple[Check, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def folded_open(self) -> bool:
        return is_faulty(self.folded)


def is_faulty(folded: tuple[Field, ...]) -> bool:
    """A fold with a fault in it is open, or nobody would find the fault."""
    return any(one.errors for one in folded)


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
    raw = read(TrainSpec, Place(), post)
    raw["split"] = read(Split, Place("split.", "split."), post)
    for part, family in PARTS.items():
        chosen = listing(family).get(post.get(f"{part}.name", ""))
        if chosen:
            raw[part] = {"name": chosen.name, **read(chosen.spec, Place(f"{part}.{chosen.name}.", ""), post)}
    raw["exporters"] = [{"name": name} for name in post.getlist("exporters") if name in listing("exporters")]
    return raw


def starting_point(profile: Mapping[str, Any], most_ranks: int | None) -> dict[str, Any]:
    """What a form says before anybody touched it: defaults, as many ranks as fit, the task that the data set's profile
    suggests.
    """
    task, target = profile.get("suggested_task"), profile.get("suggested_target")
    suggested = {"task": {"name": task, **({"target": target} if target else {})}} if task else {}
    given = split_column(DataSummary.model_validate(profile["summary"])) if "summary" in profile else None
    if given is not None:
        suggested["split"] = {"column": given}
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


def sections(reading: Reading, summary: DataSummary, most_ranks: int | None) -> tuple[Section, ...]:
    """The form, filled with what was said and with what is wrong beside each field."""
    raw, errors = reading.raw, reading.errors
    plain = {one.name: one for one in fields(TrainSpec, Place(), raw, errors)}
    plain["ranks"] = _limited(plain["ranks"], most_ranks)
    split = _split(raw, errors, summary)
    parts = {name: _part(name, raw, errors, summary) for name in PARTS}
    return (
        Section(
            "data",
            _("Data"),
            "data",
            (parts["task"],),
            tuple(one for one in split if not one.advanced),
            tuple(one for one in split if one.advanced),
            errors=tuple(errors.get("split", ())),
        ),
        Section("model", _("Model"), "models", (parts["model"], parts["loss"])),
        Section(
            "training",
            _("Training"),
            "train",
            (parts["optimizer"], parts["schedule"]),
            _placed(plain, "training"),
            _rest(plain),
        ),
        Section(
            "resources",
            _("Resources"),
            "workers",
            (),
            _placed(plain, "resources"),
            tuple(plain[name] for name in FOLDED),
        ),
        Section("after", _("After training"), "after", checks=_checks(raw), errors=tuple(errors.get("exporters", ()))),
    )


def _split(raw: Mapping[str, Any], errors: Errors, summary: DataSummary) -> tuple[Field, ...]:
    """Without the column that gives the parts where the data have none."""
    controls = fields(Split, Place("split.", "split."), _mapping(raw.get("split")), errors, summary)
    return tuple(one for one in controls if len(one.choices) != 1)


def _placed(plain: Mapping[str, Field], section: str) -> tuple[Field, ...]:
    return tuple(plain[name] for name, place in PLACES.items() if place == section)


def _rest(plain: Mapping[str, Field]) -> tuple[Field, ...]:
    return tuple(one for name, one in plain.items() if name not in PLACES and name not in FOLDED)


def _limited(ranks: Field, most: int | None) -> Field:
    if most is None:
        return replace(ranks, hint=_("No worker has reported yet; the run waits until one does."))
    said = ngettext(
        "The largest worker here has %(count)d device.", "The largest worker here has %(count)d devices.", most
    )
    return replace(ranks, maximum=most, hint=said % {"count": most})


def _part(name: str, raw: Mapping[str, Any], errors: Errors, summary: DataSummary) -> Part:
    info = TrainSpec.model_fields[name]
    said = _mapping(raw.get(name)) or family_default(default(info))
    fitting = [one for one in listing(PARTS[name]).values() if _fits(one, summary)]
    chosen = str(said.get("name", ""))
    automatic = "" if default(info) is not None or name == "task" else _("Chosen to fit the data")
    if not chosen and not automatic and fitting:
        chosen = fitting[0].name
    options = tuple(_option(name, one, said if one.name == chosen else {}, errors, summary) for one in fitting)
    return Part(
        name,
        _(info.title or name),
        words.translated(info.description),
        chosen,
        options,
        automatic,
        tuple(errors.get(name, ())),
    )


def _option(part: str, entry: Entry, said: Mapping[str, Any], errors: Errors, summary: DataSummary) -> Option:
    place = Place(f"{part}.{entry.name}.", f"{part}.")
    begun = said or (entry.module.suggest(summary) if part == "task" else {})
    found = fields(entry.spec, place, begun, errors if said else {}, summary)
    shown = tuple(one for one in found if not one.advanced)[:SHOWN]
    folded = tuple(one for one in found if one not in shown)
    return Option(entry.name, _(entry.label), words.translated(entry.description.split("\n\n")[0]), shown, folded)


def _fits(entry: Entry, summary: DataSummary) -> bool:
    if entry.family == "tasks":
        return entry.module.suggest(summary) is not None
    return not issubclass(entry.spec, ModelSpec) or entry.spec.takes(_features(summary))


def _features(summary: DataSummary) -> tuple[Column, ...]:
    """The columns that go in where nobody chose any: with the first task that fits."""
    for entry in listing("tasks").values():
        if (suggested := entry.module.suggest(summary)) is not None:
            task = entry.spec.model_validate(suggested)
            assert isinstance(task, TaskSpec)
            return inputs.feature_columns((), task.target_columns, summary)
    return ()


def _checks(raw: Mapping[str, Any]) -> tuple[Check, ...]:
    said = raw.get("exporters")
    names = [_mapping(one).get("name") for one in said] if isinstance(said, Sequence) else list(listing("exporters"))
    return tuple(
        Check(one.name, _(one.label), words.translated(one.description), one.name in names)
        for one in listing("exporters").values()
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def homeless(errors: Errors, known: Sequence[Section]) -> tuple[str, ...]:
    """Faults of places that the form has no control for, such as a field that does not exist."""
    homes = {"name", "split", "exporters", *PARTS}
    for section in known:
        homes |= {one.path for one in (*section.fields, *section.folded)}
        homes |= {
            one.path for part in section.parts for option in part.options for one in (*option.fields, *option.folded)
        }
    return tuple(
        f"{path}: {said}" for path, sentences in errors.items() if path and path not in homes for said in sentences
    )
