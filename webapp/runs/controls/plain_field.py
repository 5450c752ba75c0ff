"""The control of a value, or of several of one type: by its type, its bounds, and what the data offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic.fields import FieldInfo

from trainer.columns import Column
from trainer.data.partition import is_partition
from webapp import words
from webapp.runs.controls import values
from webapp.runs.controls.control import Field, Look
from webapp.runs.controls.shapes import Shape

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Offer:
    """What there is to choose from: columns, the most devices of a machine, assets; None where nobody knows."""

    columns: Sequence[Column] | None = None
    devices: int | None = None
    assets: Choices | None = None


def draw(head: dict[str, Any], info: FieldInfo, shape: Shape, raw: Any, offer: Offer) -> Field:
    """``head`` is what every control has."""
    choices = _choices(info, shape, offer)
    many = shape.kind == "values"
    minimum, maximum = _bounds(info, shape)
    hint = ""
    if values.notes(info).get("at_most") == "devices":
        hint, maximum = _devices(offer.devices), offer.devices or maximum
    look = _look(shape, choices is not None)
    listed = tuple(map(values.text, raw)) if many and isinstance(raw, list | tuple) else ()
    chosen = listed if many else (values.text(raw),)
    return Field(
        **{**head, "help": " ".join(filter(None, (head["help"], hint)))},
        look=look,
        value=_text(look, raw),
        values=listed,
        choices=_with(choices or (), chosen if choices is not None else ()),
        unit=_(str(values.notes(info)["unit"])) if values.notes(info).get("unit") else "",
        minimum=minimum,
        maximum=maximum,
        step="1" if shape.core is int else "any",
        wide=many or look == "json",
        names_asset=bool(shape.asset),
    )


def _text(look: Look, raw: Any) -> str:
    if look == "json":
        return values.as_json(raw)
    if look == "lines":
        return "\n".join(map(values.text, raw)) if isinstance(raw, list | tuple) else values.text(raw)
    return values.text(raw)


def _look(shape: Shape, has_choices: bool) -> Look:
    if shape.kind == "other":
        return "json"
    if has_choices:
        return "columns" if shape.kind == "values" else "select"
    if shape.kind == "values":
        return "lines" if shape.core is str else "text"
    if shape.core is bool:
        return "check"
    return "number" if shape.core in (int, float) else "text"


def _choices(info: FieldInfo, shape: Shape, offer: Offer) -> Choices | None:
    """None where any value of the type may be typed."""
    if shape.asset:
        return None if offer.assets is None else _assets(info, shape, offer.assets)
    columns, source = offer.columns, values.notes(info).get("choices_from")
    if columns is not None and source == "partitions":
        partitions = [(column.name, column.name) for column in columns if is_partition(column)]
        return (("", _("nothing: drawn at random")), *partitions)
    if columns is not None and source == "columns":
        return _open(info, shape, tuple((one.name, f"{one.name} ({words.column_kind(one.kind)})") for one in columns))
    if get_origin(shape.core) is Literal:
        names = ((str(choice), _(str(choice).replace("_", " "))) for choice in get_args(shape.core))
        return _open(info, shape, tuple(names))
    if shape.core is bool and shape.is_optional:
        return _open(info, shape, (("true", _("yes")), ("false", _("no"))))
    return None


def _assets(info: FieldInfo, shape: Shape, assets: Choices) -> Choices:
    """Where there must be one, nothing is chosen before somebody does."""
    if shape.is_optional:
        return _open(info, shape, assets)
    return (("", _("Choose one") if assets else _("There is none yet")), *assets)


def _open(info: FieldInfo, shape: Shape, choices: Choices) -> Choices:
    """With a choice of none, where there may be none."""
    empty = values.notes(info).get("empty")
    nothing = (("", _(str(empty)) if empty else _("None")),)
    return (*nothing, *choices) if shape.is_optional and shape.kind == "value" else choices


def _with(choices: Choices, chosen: tuple[str, ...]) -> Choices:
    """What was said and is not among them stays in sight, with what is wrong with it."""
    offered = dict(choices)
    return (*choices, *((one, one) for one in chosen if one and one not in offered))


def _devices(most: int | None) -> str:
    if most is None:
        return _("No worker has reported yet; the run waits until one does.")
    message = ngettext(
        "The largest worker here has %(count)d device.", "The largest worker here has %(count)d devices.", most
    )
    return message % {"count": most}


def _bounds(info: FieldInfo, shape: Shape) -> tuple[float | int | None, float | int | None]:
    """Bounds for the browser. It knows no "greater than": an exclusive bound of a fraction is left to the server."""
    bounds: dict[str, Any] = {}
    for part in info.metadata:
        for bound in ("ge", "gt", "le", "lt"):
            if getattr(part, bound, None) is not None:
                bounds[bound] = getattr(part, bound)
    shift = 1 if shape.core is int else 0
    minimum = bounds.get("ge", bounds["gt"] + shift if "gt" in bounds else None)
    maximum = bounds.get("le", bounds["lt"] - shift if "lt" in bounds else None)
    return minimum, maximum
