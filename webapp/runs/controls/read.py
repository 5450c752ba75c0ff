"""What a form sent, as plain data, unchecked: the Spec says what is wrong with it."""

from typing import Any

from django.http import QueryDict
from pydantic.fields import FieldInfo

from trainer.catalog import Family, listing
from trainer.component import Strict
from webapp.runs.controls import values
from webapp.runs.controls.shapes import Shape, fields

LEFT_OUT = object()


def read(model: type[Strict], post: QueryDict, prefix: str = "") -> dict[str, Any]:
    """The fields of ``model``, whose names in the form begin with ``prefix``. A field that was not sent is left out."""
    sent = {name: _read(prefix + name, info, shape, post) for name, info, shape in fields(model)}
    return {name: value for name, value in sent.items() if value is not LEFT_OUT}


def _read(name: str, info: FieldInfo, shape: Shape, post: QueryDict) -> Any:
    if shape.kind == "spec":
        return read(shape.core, post, f"{name}.")
    if shape.family is not None:
        return _components(name, shape.family, post) if shape.kind == "components" else _one(name, shape, post)
    if name not in post:
        return LEFT_OUT
    sent = post.getlist(name)
    if shape.kind != "values" and not sent[0].strip() and (shape.core is not str or shape.is_optional):
        return _nothing(info, shape)
    return values.read(sent, shape, info)


def _nothing(info: FieldInfo, shape: Shape) -> Any:
    """What an empty control says: that there is no value, where there may be none, or that the default is meant."""
    if values.notes(info).get("choices_from") == "partitions":
        return ""  # none of the columns, which is more than to say nothing
    return None if shape.is_optional else LEFT_OUT


def _one(name: str, shape: Shape, post: QueryDict) -> Any:
    chosen = post.get(f"{name}.name")
    if chosen:
        return _component(chosen, shape.family, f"{name}.{chosen}.", post)
    return None if chosen == "" and shape.is_optional else LEFT_OUT


def _components(name: str, family: Family, post: QueryDict) -> list[dict[str, Any]]:
    """In the order in which they stand in the form, whatever their keys."""
    keys = post.getlist(f"{name}.item")
    return [_component(post.get(f"{name}.{key}.name", ""), family, f"{name}.{key}.", post) for key in keys]


def _component(chosen: str, family: Family | None, prefix: str, post: QueryDict) -> dict[str, Any]:
    """A name that nobody knows stays, to be refused."""
    entry = listing(family).get(chosen) if family else None
    return {"name": chosen, **(read(entry.spec, post, prefix) if entry else {})}
