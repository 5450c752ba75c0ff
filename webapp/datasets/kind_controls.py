"""The controls by which a person corrects the kinds of columns, made of the kinds' own fields, and what they say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic.fields import FieldInfo

from trainer.columns import readings
from webapp import words
from webapp.datasets.models import DatasetVersion

RECOGNISED = "recognised"  # beside the kinds: whatever the values look like
MOST = 500  # columns with a control; a table of more is corrected by the API


@dataclass(frozen=True)
class Option:
    """Something to say of how the values of a kind are written; it matters while that kind is chosen."""

    kind: str
    name: str
    label: str
    help: str
    value: str
    choices: Sequence[tuple[str, str]]
    is_chosen: bool = False  # other than what is so where nobody says anything


@dataclass(frozen=True)
class Control:
    """A column's kind to choose; ``initial`` is what it is in the version, and ``error`` why a choice was refused."""

    place: int
    value: str
    initial: str
    kinds: Sequence[tuple[str, str]]
    options: Sequence[Option]
    error: str = ""

    @property
    def is_changed(self) -> bool:
        return self.value != self.initial


def controls(
    version: DatasetVersion, chosen: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None
) -> dict[str, Control]:
    """By the name of the column. ``chosen`` are readings in place of those of the version."""
    columns = _columns(version)[:MOST]
    chosen_readings = version.readings if chosen is None else chosen
    return {
        column["name"]: _control(
            place, column, version.readings, chosen_readings, (errors or {}).get(column["name"], "")
        )
        for place, column in enumerate(columns)
        if _is_correctable(column, version)
    }


def read(version: DatasetVersion, post: QueryDict) -> dict[str, dict[str, Any] | None]:
    """What the form says of columns that it changes: a reading, or None for what is to be recognised again."""
    changed: dict[str, dict[str, Any] | None] = {}
    for place, column in enumerate(_columns(version)[:MOST]):
        name, kind = column["name"], post.get(f"kind.{place}", "")
        pinned = version.readings.get(name)
        if kind == RECOGNISED and pinned is not None:
            changed[name] = None
        elif kind and kind != RECOGNISED:
            reading = {"kind": kind, **dict(_options_of(place, kind, post))}
            if not _says_nothing_new(reading, column, pinned):
                changed[name] = reading
    return changed


def described(reading: Mapping[str, Any]) -> str:
    """A reading in a few words, such as “date (day first)”."""
    untouched = _default(reading["kind"]) or reading
    options = [str(value) for name, value in reading.items() if value not in (None, untouched.get(name))]
    kind = words.column_kind(reading["kind"])
    return f"{kind} ({', '.join(map(words.translated, options))})" if options else kind


def summary(version: DatasetVersion) -> list[tuple[str, str]]:
    """The columns whose kind a person chose, each with it in a few words."""
    return [(name, described(reading)) for name, reading in sorted(version.readings.items())]


def _columns(version: DatasetVersion) -> Sequence[Mapping[str, Any]]:
    return (version.profile or {}).get("columns") or ()


def _is_correctable(column: Mapping[str, Any], version: DatasetVersion) -> bool:
    return column["kind"] in readings() or column["name"] in version.readings


def _control(
    place: int, column: Mapping[str, Any], pinned: Mapping[str, Any], chosen_readings: Mapping[str, Any], error: str
) -> Control:
    name, kind = column["name"], column["kind"]
    initial = pinned[name]["kind"] if name in pinned else kind
    reading = chosen_readings.get(name)
    value = reading["kind"] if reading else RECOGNISED if name in pinned else kind
    kinds = sorted(((other, words.column_kind(other)) for other in readings()), key=itemgetter(1))
    again = [(RECOGNISED, _("as recognised"))] if name in pinned else []
    options = [option for other in readings() for option in _options(other, reading or {})]
    return Control(place, value, initial, [*kinds, *again], options, error)


def _options(kind: str, reading: Mapping[str, Any]) -> Iterator[Option]:
    for name, field in _fields(kind):
        value = reading.get(name) if reading.get("kind") == kind else field.get_default()
        yield Option(
            kind=kind,
            name=name,
            label=words.translated(field.title) or name.replace("_", " "),
            help=words.translated(field.description),
            value="" if value is None else str(value),
            choices=list(_choices(field)),
            is_chosen=value != field.get_default(),
        )


def _fields(kind: str) -> list[tuple[str, FieldInfo]]:
    return [(name, field) for name, field in readings()[kind].model_fields.items() if name != "kind"]


def _choices(field: FieldInfo) -> Iterator[tuple[str, str]]:
    for value in _literals(field.annotation):
        yield ("", _("as recognised")) if value is None else (value, words.translated(value))


def _literals(annotation: Any) -> Iterator[str | None]:
    if annotation is NoneType or annotation is None:
        yield None
    elif get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    else:
        for part in get_args(annotation):
            yield from _literals(part)


def _options_of(place: int, kind: str, post: QueryDict) -> Iterator[tuple[str, Any]]:
    for name, _field in _fields(kind) if kind in readings() else ():
        value = post.get(f"kind.{place}.{kind}.{name}", "")
        if value:
            yield name, value


def _says_nothing_new(reading: Mapping[str, Any], column: Mapping[str, Any], pinned: Mapping[str, Any] | None) -> bool:
    if pinned is not None:
        return {name: value for name, value in pinned.items() if value is not None} == reading
    untouched = _default(column["kind"]) or {"kind": column["kind"]}
    return {**untouched, **reading} == untouched


def _default(kind: str) -> dict[str, Any] | None:
    """What the form sends of a kind that nobody touched."""
    if kind not in readings():
        return None
    defaults = {name: field.get_default() for name, field in _fields(kind)}
    return {"kind": kind, **{name: str(value) for name, value in defaults.items() if value is not None}}
