"""A stored spec as pairs of words: the label of each part, and the settings that it was given."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel

from trainer.catalog import Family, listing
from trainer.spec import CompressSpec, Split, TrainSpec
from webapp.runs.fields import TAGS, text

FAMILIES: dict[str, Family] = {
    "task": "tasks",
    "model": "models",
    "loss": "losses",
    "optimizer": "optimizers",
    "schedule": "schedules",
}
QUIET = frozenset({"kind", "version", "exporters", "files", "stages", "format"})


def pairs(spec: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a reader wants to know of a run's spec; the rest stands in its JSON."""
    return list(_pairs(spec))


def _pairs(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in sorted(spec, key=_place):
        value = spec[name]
        if name in QUIET or value is None:
            continue
        if isinstance(value, Mapping):
            yield _label(name), _part(name, value)
        else:
            yield _label(name), text(value)
    for number, stage in enumerate(spec.get("stages") or (), 1):
        yield _("Stage %(number)d") % {"number": number}, _component("compressors", stage)


def _part(name: str, value: Mapping[str, Any]) -> str:
    return _component(FAMILIES[name], value) if name in FAMILIES else _settings(value, Split)


def _component(family: Family, value: Mapping[str, Any]) -> str:
    entry = listing(family).get(str(value.get("name", "")))
    label = _(entry.label) if entry else str(value.get("name", ""))
    said = _settings(value, entry.spec if entry else None)
    return f"{label} ({said})" if said else label


def _settings(value: Mapping[str, Any], spec: type[BaseModel] | None) -> str:
    told = ((name, one) for name, one in value.items() if name not in TAGS and one not in (None, [], ""))
    return ", ".join(
        _("%(setting)s %(value)s") % {"setting": _title(name, spec), "value": text(one)} for name, one in told
    )


def _title(name: str, spec: type[BaseModel] | None) -> str:
    info = spec.model_fields.get(name) if spec else None
    return _(info.title) if info and info.title else name


def _place(name: str) -> int:
    """Where a reader looks for it: what is learned first, then how, then with what. The database keeps no order."""
    order = [*FAMILIES, "batch_size", "epochs", "ranks", "split", "seed", "threads"]
    return order.index(name) if name in order else len(order)


def _label(name: str) -> str:
    return _title(name, TrainSpec if name in TrainSpec.model_fields else CompressSpec)
