"""What is wrong with input, in sentences that say what to do: for forms and the API alike."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from trainer.errors import TrainerError
from webapp.words import sentence


@dataclass(frozen=True)
class FieldError:
    """``field`` is a path such as ``optimizer.learning_rate`` or ``stages.1.keep``; empty for the whole."""

    field: str
    message: str


def by_field(error: ValidationError | TrainerError, data: Any) -> dict[str, list[str]]:
    """What is wrong with ``data`` at each path, for a form; what is wrong with the whole stands under ""."""
    found: dict[str, list[str]] = defaultdict(list)
    for mistake in [from_trainer(error)] if isinstance(error, TrainerError) else from_pydantic(error, data):
        found[mistake.field].append(mistake.message)
    return dict(found)


def from_trainer(error: TrainerError) -> FieldError:
    return FieldError(error.field or "", sentence(error.message, error.params))


def from_pydantic(error: ValidationError, data: Any) -> list[FieldError]:
    """One sentence per mistake in ``data``, which is what was validated."""
    return from_details(error.errors(include_url=False), data)


def from_details(details: Sequence[Any], data: Any) -> list[FieldError]:
    """The same for pydantic's list of errors."""
    return [FieldError(_path(item["loc"], item["type"], data), _say(item)) for item in details]


def _path(location: Sequence[str | int], kind: str, data: Any) -> str:
    """``location`` without what pydantic adds for the members of unions, which ``data`` does not have."""
    steps: list[str] = []
    for index, step in enumerate(location):
        found, data = _step_into(data, step)
        if found or (kind == "missing" and index == len(location) - 1):
            steps.append(str(step))
    return ".".join(steps)


def _step_into(data: Any, step: str | int) -> tuple[bool, Any]:
    if isinstance(data, dict) and step in data:
        return True, data[step]
    if isinstance(data, list | tuple) and isinstance(step, int) and step < len(data):
        return True, data[step]
    return False, data


def _say(item: Any) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        error = context.get("error", item["msg"])
        return from_trainer(error).message if isinstance(error, TrainerError) else _(str(error))
    known = _sentences().get(kind)
    if known is None:
        return _sentence_of(item["msg"])
    return known % {name: _short(value) for name, value in context.items()}


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 200 else text[:200] + "…"


def _sentence_of(message: str) -> str:
    return message if message.endswith((".", "!", "?")) else message + "."


def _sentences() -> dict[str, str]:
    return {
        "missing": _("This field is missing. Add it."),
        "extra_forbidden": _("There is no field of this name. Remove it, or correct its spelling."),
        "union_tag_invalid": _("“%(tag)s” is not known here. Choose one of %(expected_tags)s."),
        "union_tag_not_found": _("Say which one you mean by its “name”."),
        "literal_error": _("Choose %(expected)s."),
        "enum": _("Choose %(expected)s."),
        "int_type": _("This must be a whole number, not text."),
        "int_parsing": _("This must be a whole number."),
        "int_from_float": _("This must be a whole number."),
        "int_parsing_size": _("This number is too large."),
        "float_type": _("This must be a number, not text."),
        "float_parsing": _("This must be a number."),
        "finite_number": _("This must be a finite number."),
        "bool_type": _("This must be true or false, not text."),
        "bool_parsing": _("This must be true or false."),
        "string_type": _("This must be text in quotes."),
        "string_too_short": _("This must have at least %(min_length)s characters."),
        "string_too_long": _("This must have at most %(max_length)s characters."),
        "string_pattern_mismatch": _("This does not have the expected form."),
        "too_short": _("There must be at least %(min_length)s items here."),
        "too_long": _("There must be at most %(max_length)s items here."),
        "greater_than": _("This must be greater than %(gt)s."),
        "greater_than_equal": _("This must be at least %(ge)s."),
        "less_than": _("This must be less than %(lt)s."),
        "less_than_equal": _("This must be at most %(le)s."),
        "tuple_type": _("This must be a list."),
        "list_type": _("This must be a list."),
        "dict_type": _("This must be an object with named fields."),
        "model_type": _("This must be an object with named fields."),
        "model_attributes_type": _("This must be an object with named fields."),
        "uuid_type": _("This is not an identifier. Copy it from the page or the answer that gave it."),
        "uuid_parsing": _("This is not an identifier. Copy it from the page or the answer that gave it."),
    }
