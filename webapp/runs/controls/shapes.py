"""What a field of a Spec holds: a value, a Spec of its own, a component of a family, or a list of components."""

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from trainer.asset import AssetOf
from trainer.catalog import Choice, Family
from trainer.component import Strict

TAGS = frozenset({"name", "version", "kind"})
Kind = Literal["value", "values", "spec", "component", "components", "other"]
Parts = tuple[tuple[Any, tuple[Any, ...]], ...]  # types, each with what is annotated beside it


@dataclass(frozen=True)
class Shape:
    """``core`` is the type of one value; of ``other`` nobody knows more than that JSON can say it. ``asset`` is the
    kind of asset that a value names.
    """

    kind: Kind
    core: Any
    is_optional: bool = False
    family: Family | None = None
    asset: str = ""


def fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo, Shape]]:
    """The fields in which somebody chooses something: without the tags, and without those of one possible value."""
    for name, info in model.model_fields.items():
        field_shape = shape(info)
        if name not in TAGS and not is_fixed(field_shape):
            yield name, info, field_shape


def is_fixed(field_shape: Shape) -> bool:
    choices = get_args(field_shape.core) if get_origin(field_shape.core) is Literal else ()
    return field_shape.kind == "value" and not field_shape.is_optional and len(choices) == 1


def shape(info: FieldInfo) -> Shape:
    parts = [part for part in _parts(info.annotation) if part[0] is not type(None)]
    is_optional = len(parts) < len(_parts(info.annotation))
    if len(parts) != 1:
        return Shape("other", info.annotation, is_optional)
    core, notes = parts[0]
    return _shape(core, (*notes, *info.metadata), is_optional)


def _shape(core: Any, notes: tuple[Any, ...], is_optional: bool) -> Shape:
    is_many = get_origin(core) in (tuple, list)
    if is_many:
        items = _parts(get_args(core)[0])
        if len({*get_args(core)} - {Ellipsis}) != 1 or len(items) != 1:
            return Shape("other", core, is_optional)
        core, notes = items[0]
    family = next((note.family for note in notes if isinstance(note, Choice)), None)
    asset = next((note.kind for note in notes if isinstance(note, AssetOf)), "")
    return Shape(_kind(core, family, is_many, is_optional), core, is_optional, family, asset)


def _kind(core: Any, family: Family | None, is_many: bool, is_optional: bool) -> Kind:
    if family is not None:
        return "components" if is_many else "component"
    if core in (int, float, str) or get_origin(core) is Literal:
        return "values" if is_many else "value"
    if core is bool and not is_many:
        return "value"
    is_spec = isinstance(core, type) and issubclass(core, Strict)
    return "spec" if is_spec and not is_many and not is_optional else "other"


def _parts(annotation: Any) -> Parts:
    """The members of a union, each with what Annotated says beside it."""
    if get_origin(annotation) is Annotated:
        inner, *notes = get_args(annotation)
        return tuple((core, (*own, *notes)) for core, own in _parts(inner))
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(part for member in get_args(annotation) for part in _parts(member))
    return ((annotation, ()),)
