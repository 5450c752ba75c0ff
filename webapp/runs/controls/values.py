"""Plain values as the text of a control, and back. What cannot be read stays text, so that the Spec refuses it."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from webapp.runs.controls.shapes import Shape


def notes(info: FieldInfo) -> dict[str, Any]:
    """What a field says of itself beside its type."""
    return dict(info.json_schema_extra) if isinstance(info.json_schema_extra, dict) else {}


def default(info: FieldInfo) -> Any:
    """The default of a field as plain data; None where it has none."""
    value = info.get_default(call_default_factory=True)
    return None if value is PydanticUndefined else plain(value)


def plain(value: Any) -> Any:
    """Specs as plain data, as they are stored."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [plain(part) for part in value] if isinstance(value, list | tuple) else value


def text(value: Any) -> str:
    """A value as the text of a control."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(map(text, value))
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    short = f"{value:.12g}"
    return short if float(short) == value else repr(value)


def as_json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=1)


def read(sent: Sequence[str], shape: Shape, info: FieldInfo) -> Any:
    """What was sent of a field, which is there."""
    from_data = "choices_from" in notes(info)
    if shape.kind == "values":
        return list(_items(sent, shape.core, from_data))
    first = sent[0] if from_data else sent[0].strip()
    return _json(first) if shape.kind == "other" else value(first, shape.core)


def _items(sent: Sequence[str], core: Any, from_data: bool) -> Iterator[Any]:
    for part in sent:
        pieces = [part] if from_data else part.splitlines() if core is str else part.split(",")
        yield from (value(piece if from_data else piece.strip(), core) for piece in pieces if piece.strip())


def value(sent: str, core: Any) -> Any:
    try:
        if core is bool:
            return {"true": True, "false": False}.get(sent, sent)
        if core in (int, float):
            return int(sent) if core is int or re.fullmatch(r"[+-]?\d+", sent) else float(sent)
    except ValueError:
        return sent
    if get_origin(core) is Literal:
        return next((choice for choice in get_args(core) if str(choice) == sent), sent)
    return sent


def _json(sent: str) -> Any:
    try:
        return json.loads(sent)
    except (ValueError, RecursionError):
        return sent
