"""Form fields made from a Spec: what each looks like, and how its text is read back. No field is listed anywhere by
hand.
"""

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from trainer.component import Component, Strict
from trainer.data.partition import is_partition
from trainer.data.summary import DataSummary
from webapp import words

TAGS = frozenset({"name", "version", "kind"})
Errors = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One control. ``name`` is its name in the form, ``path`` its place in the spec."""

    name: str
    path: str
    label: str
    help: str
    control: Literal["number", "text", "select", "check", "columns"]
    value: str
    values: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    hint: str = ""
    minimum: float | int | None = None
    maximum: float | int | None = None
    step: str = "any"
    advanced: bool = False
    wide: bool = False
    errors: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return "field-" + re.sub(r"\W+", "-", self.name)


@dataclass(frozen=True)
class Place:
    """Where a model's fields stand: the prefix of their names in the form and of their paths in the spec."""

    name: str = ""
    path: str = ""

    def of(self, field: str) -> tuple[str, str]:
        return f"{self.name}{field}", f"{self.path}{field}"


def fields(
    model: type[Strict], place: Place, values: Mapping[str, Any], errors: Errors, data: DataSummary | None = None
) -> tuple[Field, ...]:
    """Controls for the plain fields of ``model``; ``values`` is what the spec says so far, right or wrong."""
    return tuple(
        _field(name, info, place, values.get(name, default(info)), errors, data)
        for name, info in model.model_fields.items()
        if name not in TAGS and _is_plain(info.annotation)
    )


def _field(name: str, info: FieldInfo, place: Place, value: Any, errors: Errors, data: DataSummary | None) -> Field:
    full, path = place.of(name)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    chosen = _choices(info, extra, data)
    many = _is_tuple(info.annotation)
    minimum, maximum = _bounds(info)
    return Field(
        name=full,
        path=path,
        label=_(info.title or name.replace("_", " ").capitalize()),
        help=words.translated(info.description),
        control=_control(info, chosen is not None, many),
        value=text(value),
        values=tuple(map(str, value)) if many and isinstance(value, list | tuple) else (),
        choices=chosen or (),
        unit=_(str(extra["unit"])) if extra.get("unit") else "",
        minimum=minimum,
        maximum=maximum,
        step="1" if _core(info.annotation) is int else "any",
        advanced=bool(extra.get("advanced")),
        wide=many,
        errors=tuple(errors.get(path, ())),
    )


def _control(info: FieldInfo, has_choices: bool, many: bool) -> Literal["number", "text", "select", "check", "columns"]:
    if has_choices:
        return "columns" if many else "select"
    core = _core(info.annotation)
    if core is bool:
        return "check"
    return "number" if core in (int, float) and not many else "text"


def _choices(info: FieldInfo, extra: Mapping[str, Any], data: DataSummary | None) -> tuple[tuple[str, str], ...] | None:
    if data is not None and extra.get("choices_from") == "columns":
        return tuple((column.name, f"{column.name} ({words.column_kind(column.kind)})") for column in data.columns)
    if data is not None and extra.get("choices_from") == "partitions":
        given = [(column.name, column.name) for column in data.columns if is_partition(column)]
        return (("", _("nothing: drawn at random")), *given)
    core = _core(info.annotation)
    if get_origin(core) is Literal:
        return tuple((str(choice), _(str(choice).replace("_", " "))) for choice in get_args(core))
    return None


def _bounds(info: FieldInfo) -> tuple[float | int | None, float | int | None]:
    """Bounds for the browser. It knows no "greater than": an exclusive bound of a fraction is left to the server."""
    found: dict[str, Any] = {}
    for part in info.metadata:
        for bound in ("ge", "gt", "le", "lt"):
            if getattr(part, bound, None) is not None:
                found[bound] = getattr(part, bound)
    shift = 1 if _core(info.annotation) is int else 0
    minimum = found.get("ge", found["gt"] + shift if "gt" in found else None)
    maximum = found.get("le", found["lt"] - shift if "lt" in found else None)
    return minimum, maximum


def default(info: FieldInfo) -> Any:
    """The default of a field as plain data; None where it has none."""
    value = info.get_default(call_default_factory=True)
    return None if value is PydanticUndefined else value


def text(value: Any) -> str:
    """A value as the text of a control."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(map(text, value))
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def read(model: type[Strict], place: Place, post: QueryDict) -> dict[str, Any]:
    """The plain fields of ``model`` that the form sent. What cannot be read stays text, so that the Spec refuses it."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        full, _path = place.of(name)
        if name in TAGS or full not in post or not _is_plain(info.annotation):
            continue
        if _is_tuple(info.annotation):
            found[name] = list(_items(post.getlist(full), _core(info.annotation)))
        elif str(post[full]).strip() or _core(info.annotation) is str:
            found[name] = _value(post.getlist(full)[0].strip(), _core(info.annotation))
    return found


def _items(sent: Sequence[str], core: Any) -> Iterator[Any]:
    for part in sent:
        pieces = [part] if core is str else part.split(",")
        yield from (_value(piece.strip(), core) for piece in pieces if piece.strip())


def _value(sent: str, core: Any) -> Any:
    try:
        if core is bool:
            return sent == "true"
        if core in (int, float):
            return int(sent) if core is int or re.fullmatch(r"[+-]?\d+", sent) else float(sent)
    except ValueError:
        return sent
    if get_origin(core) is Literal:
        return next((choice for choice in get_args(core) if str(choice) == sent), sent)
    return sent


def _is_plain(annotation: Any) -> bool:
    core = _core(annotation)
    return core in (int, float, bool, str) or get_origin(core) is Literal


def _is_tuple(annotation: Any) -> bool:
    return any(get_origin(part) is tuple for part in _alternatives(annotation))


def _core(annotation: Any) -> Any:
    """The type of one value: without Annotated, without None, and of a tuple its items'."""
    for part in _alternatives(annotation):
        if part is not type(None):
            return _core(get_args(part)[0]) if get_origin(part) is tuple else part
    return annotation


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Annotated:
        return _alternatives(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(part for choice in get_args(annotation) for part in _alternatives(choice))
    return (annotation,)


def family_default(spec: Component | None) -> dict[str, Any]:
    """A component as plain data."""
    return spec.model_dump(mode="json") if spec is not None else {}
