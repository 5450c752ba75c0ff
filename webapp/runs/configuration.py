"""A stored spec as pairs of words: the label of each part, and the settings that it was given."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from trainer.catalog import Family, listing
from trainer.component import Section
from trainer.specs.parsing import KINDS
from webapp.runs.controls.shapes import Shape, fields
from webapp.runs.controls.values import text


def pairs(spec: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a reader wants to know of a run's spec; the rest stands in its JSON."""
    model = KINDS.get(str(spec.get("kind", "")))
    return list(_pairs(model, spec)) if model is not None else []


def with_names(value: Any, names: Mapping[str, str]) -> Any:
    """A spec with the names of what it names by identifiers."""
    if isinstance(value, Mapping):
        return {key: with_names(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [with_names(part, names) for part in value]
    return names.get(value, value) if isinstance(value, str) else value


def _pairs(model: type[BaseModel], spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """In the order of the form. The database keeps none."""
    for name, info, shape in sorted(fields(model), key=lambda field: _place(field[1])):
        words = _words(shape, spec.get(name))
        if words:
            yield _title(name, info), words


def _words(shape: Shape, value: Any) -> str:
    if isinstance(value, Mapping):
        if shape.kind == "other":
            return _entries(value)
        return _component(shape.family, value) if shape.family else _settings(value, shape.core)
    if shape.family is not None and isinstance(value, list):
        return "; ".join(_component(shape.family, one) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return text(value)


def _component(family: Family, value: Mapping[str, Any]) -> str:
    entry = listing(family).get(str(value.get("name", "")))
    label = _(entry.label) if entry else str(value.get("name", ""))
    settings = _settings(value, entry.spec) if entry else ""
    return f"{label} ({settings})" if settings else label


def _settings(value: Mapping[str, Any], model: type[BaseModel]) -> str:
    settings = ((_title(name, info), _words(shape, value.get(name))) for name, info, shape in fields(model))
    return ", ".join(
        _("%(setting)s %(value)s") % {"setting": title, "value": words} for title, words in settings if words
    )


def _entries(value: Mapping[str, Any]) -> str:
    """What is said of things that the user named, such as columns: “zip: number; when: date, day first”."""
    words = {
        name: ", ".join(map(text, one.values())) if isinstance(one, Mapping) else text(one)
        for name, one in value.items()
    }
    return "; ".join(f"{name}: {setting}" for name, setting in words.items())


def _title(name: str, info: FieldInfo) -> str:
    return _(info.title) if info.title else name


def _place(info: FieldInfo) -> int:
    sections = list(Section)
    return next((sections.index(note) for note in info.metadata if isinstance(note, Section)), len(sections))
