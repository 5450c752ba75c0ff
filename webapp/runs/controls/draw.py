"""The controls of a Spec, filled with what was said so far, right or wrong, and with what is wrong beside each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from pydantic.fields import FieldInfo

from trainer.catalog import Entry, Family, listing
from trainer.columns import Column
from trainer.component import Strict
from trainer.data.summary import DataSummary
from webapp import words
from webapp.runs.controls import plain_field, values
from webapp.runs.controls.control import Alternatives, ComponentList, Control, Group, Item, Nested, Option
from webapp.runs.controls.offer import columns, offered, suggestion
from webapp.runs.controls.plain_field import Offer
from webapp.runs.controls.shapes import Shape, fields

OPEN = 4  # fields of a component that stand open; further ones are folded
Errors = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Surroundings:
    """What controls depend on beside the Spec: the data, the most devices of a machine, and what is wrong at each
    path; nothing where nobody knows.

    ``assets`` are the person's by their kind, ``columns`` those that can stand in the field, ``within`` the components
    around a control, ``depth`` the lists.
    """

    data: DataSummary | None = None
    devices: int | None = None
    errors: Errors = field(default_factory=dict)
    within: frozenset[tuple[Family, str]] = frozenset()
    depth: int = 0
    columns: tuple[Column, ...] | None = None
    assets: Mapping[str, plain_field.Choices] | None = None


@dataclass(frozen=True)
class Place:
    """Where a model's fields stand: the prefix of their names in the form and of their paths in the spec."""

    name: str = ""
    path: str = ""

    def of(self, step: str) -> "Place":
        return Place(f"{self.name}{step}", f"{self.path}{step}")

    def inside(self, step: str = "") -> "Place":
        """Of the fields inside; those of a component that may be exchanged have its name before theirs."""
        return Place(f"{self.name}.{step}{'.' if step else ''}", f"{self.path}.")


def controls(
    model: type[Strict], raw: Mapping[str, Any], around: Surroundings, place: Place | None = None
) -> dict[str, Control]:
    """One for each field of ``model`` in which there is something to choose, by the field's name."""
    place = place or Place()
    drawn = {
        name: _control(info, shape, place.of(name), raw.get(name, values.default(info)), _seen_by(model, name, around))
        for name, info, shape in fields(model)
    }
    return {name: control for name, control in drawn.items() if not control.is_idle}


def group(model: type[Strict], raw: Mapping[str, Any], around: Surroundings, place: Place, most: int = 99) -> Group:
    """The same with all that is advanced folded, and what comes after the first ``most``."""
    drawn = tuple(controls(model, raw, around, place).values())
    shown = tuple(control for control in drawn if not control.advanced)[:most]
    return Group(shown, tuple(control for control in drawn if control not in shown))


def _seen_by(model: type[Strict], name: str, around: Surroundings) -> Surroundings:
    """The surroundings of the field ``name``."""
    return replace(around, columns=columns(model, name, around.data)) if around.data is not None else around


def _control(info: FieldInfo, shape: Shape, place: Place, raw: Any, around: Surroundings) -> Control:
    if shape.family is not None and shape.kind == "component":
        return _alternatives(info, shape, shape.family, place, raw, around)
    if shape.family is not None:
        return _list(info, shape.family, place, raw, around)
    if shape.kind == "spec":
        inside = group(shape.core, mapping(raw), around, place.inside())
        return Nested(**_head(info, place, around), group=inside)
    offer = Offer(around.columns, around.devices, None if around.assets is None else around.assets.get(shape.asset, ()))
    return plain_field.draw(_head(info, place, around), info, shape, raw, offer)


def _head(info: FieldInfo, place: Place, around: Surroundings) -> dict[str, Any]:
    """What every control has, whatever its shape."""
    return {
        "name": place.name,
        "path": place.path,
        "label": _(info.title or place.path.rpartition(".")[2].replace("_", " ").capitalize()),
        "help": words.translated(info.description),
        "advanced": bool(values.notes(info).get("advanced")),
        "errors": tuple(around.errors.get(place.path, ())),
    }


def _alternatives(
    info: FieldInfo, shape: Shape, family: Family, place: Place, raw: Any, around: Surroundings
) -> Alternatives:
    raw_spec = mapping(raw)
    name = str(raw_spec.get("name", ""))
    entries = _offered(family, name, around)
    automatic = (
        "" if not shape.is_optional or any(suggestion(entry, around.data) for entry in entries) else _empty(info)
    )
    chosen = name or ("" if automatic or not entries else entries[0].name)
    options = tuple(_option(entry, place, raw_spec if entry.name == chosen else {}, around) for entry in entries)
    return Alternatives(**_head(info, place, around), chosen=chosen, options=options, automatic=automatic)


def _option(entry: Entry, place: Place, raw: Mapping[str, Any], around: Surroundings) -> Option:
    within = _inside(entry, around) if raw else replace(_inside(entry, around), errors={})
    begun = raw or suggestion(entry, around.data)
    fields_of = group(entry.spec, begun, within, place.inside(entry.name), OPEN)
    return Option(entry.name, _(entry.label), _help(entry), fields_of)


def _list(info: FieldInfo, family: Family, place: Place, raw: Any, around: Surroundings) -> ComponentList:
    inside = replace(around, depth=around.depth + 1)
    token = f"__item{around.depth}__"
    raw_items = list(raw) if isinstance(raw, list | tuple) else []
    items = tuple(_item(family, place, str(number), number, one, inside) for number, one in enumerate(raw_items))
    blanks = tuple(
        replace(_item(family, place, token, None, {"name": entry.name}, replace(inside, errors={})), is_new=True)
        for entry in _offered(family, "", around)
    )
    return ComponentList(
        **_head(info, place, around),
        items=items,
        blanks=blanks,
        placeholder=token,
        empty=_empty(info),
        is_previewed=bool(values.notes(info).get("previewed")),
        is_previewed_empty=values.notes(info).get("previewed") == "always",
    )


def _item(family: Family, place: Place, key: str, number: int | None, raw: Any, around: Surroundings) -> Item:
    """``number`` is its place in the list; one that is yet to be added has none."""
    raw_spec = mapping(raw)
    name = str(raw_spec.get("name", raw))
    entry = listing(family).get(name)
    own = Place(f"{place.name}.{key}", f"{place.path}.{key if number is None else number}")
    inside = group(entry.spec, raw_spec, _inside(entry, around), own.inside(), OPEN) if entry else Group()
    return Item(
        key=key,
        name=name,
        label=_(entry.label) if entry else name,
        help=_help(entry) if entry else "",
        group=inside,
        prefix=own.name,
        errors=tuple(around.errors.get(own.path, ())),
    )


def _offered(family: Family, chosen: str, around: Surroundings) -> tuple[Entry, ...]:
    """What fits the data, and what was chosen; no component within itself, which would never end."""
    outside = [entry for entry in listing(family).values() if (family, entry.name) not in around.within]
    fitting = offered(outside, around.data)
    return tuple(entry for entry in listing(family).values() if entry in fitting or entry.name == chosen)


def _inside(entry: Entry, around: Surroundings) -> Surroundings:
    return replace(around, within=around.within | {(entry.family, entry.name)})


def _help(entry: Entry) -> str:
    return words.translated(entry.description.split("\n\n")[0])


def _empty(info: FieldInfo) -> str:
    """What it means that nothing is chosen."""
    empty = values.notes(info).get("empty")
    return _(str(empty)) if empty else _("None")


def mapping(raw: Any) -> dict[str, Any]:
    return raw if isinstance(raw, dict) else {}
