"""What is wrong with a spec or a request: pydantic's findings in our own sentences, which are message
identifiers for translations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.errors import TrainerError
from trainer.sentences import filled
from trainer.sentences import gettext_noop as _

LONGEST = 200  # characters of what was sent that are repeated in a sentence
SENTENCES = {
    "nothing": _("Send a JSON object."),
    "missing": _("This field is missing. Add it."),
    "extra_forbidden": _("There is no field of this name. Remove it, or correct its spelling."),
    "union_tag_invalid": _("“%(tag)s” is not known here. Choose one of %(expected_tags)s."),
    "union_tag_not_found": _("Say which one you mean by its %(discriminator)s."),
    "literal_error": _("Choose %(expected)s."),
    "enum": _("Choose %(expected)s."),
    "int_type": _("This must be a whole number."),
    "int_parsing": _("This must be a whole number."),
    "int_from_float": _("This must be a whole number."),
    "int_parsing_size": _("This number is too large."),
    "float_type": _("This must be a number."),
    "float_parsing": _("This must be a number."),
    "finite_number": _("This must be a finite number."),
    "bool_type": _("This must be true or false."),
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
OF_TYPES = {  # what says more to who sent a value of this type
    ("int_type", str): _("This must be a whole number, not text."),
    ("int_type", float): _("This must be a whole number, without a decimal point."),
    ("float_type", str): _("This must be a number, not text."),
    ("bool_type", str): _("This must be true or false, not text."),
}


@dataclass(frozen=True)
class Mistake:
    """``field`` is a path such as ``stages.1.keep``, empty for the whole; ``params`` fill the gaps of ``message``."""

    field: str
    message: str
    params: Mapping[str, Any]

    def __str__(self) -> str:
        sentence = filled(self.message, self.params)
        return f"{self.field}: {sentence}" if self.field else sentence


def of(details: Sequence[Any], data: Any) -> list[Mistake]:
    """One for each of pydantic's ``details`` on ``data``, which is what was validated."""
    pairs = [(item["type"], _mistake(item, data)) for item in details]
    wrong = [mistake.field for _, mistake in pairs]
    return [mistake for kind, mistake in pairs if kind != "too_short" or not _any_within(wrong, mistake.field)]


def _mistake(item: Any, data: Any) -> Mistake:
    path, value = _place(item["loc"], item["type"], data)
    error = item.get("ctx", {}).get("error")
    within = error.field if isinstance(error, TrainerError) else None  # a validator of the whole knows the part
    return Mistake(".".join(filter(None, [path, within])), *_message(item, value))


def _any_within(wrong: Sequence[str], field: str) -> bool:
    """Whether items of the list are wrong: pydantic counts only those that are right, and finds it too short then."""
    return any(other.startswith(f"{field}.") for other in wrong)


def _place(location: Sequence[str | int], kind: str, data: Any) -> tuple[str, Any]:
    """``location`` without what pydantic adds for the members of unions, which ``data`` does not have, and
    what stands there.
    """
    steps: list[str] = []
    for index, step in enumerate(location):
        exists, data = _step_into(data, step)
        if exists or (kind == "missing" and index == len(location) - 1):
            steps.append(str(step))
    return ".".join(steps), data


def _step_into(data: Any, step: str | int) -> tuple[bool, Any]:
    if isinstance(data, dict) and step in data:
        return True, data[step]
    if isinstance(data, list | tuple) and isinstance(step, int) and step < len(data):
        return True, data[step]
    return False, data


def _message(item: Any, value: Any) -> tuple[str, Mapping[str, Any]]:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "missing" and not item["loc"]:
        kind = "nothing"  # pydantic has no word of its own for it
    if kind in ("value_error", "assertion_error"):
        error = context.get("error", item["msg"])
        return (error.message, error.params) if isinstance(error, TrainerError) else (str(error), {})
    if kind not in SENTENCES:
        return _sentence_of(item["msg"]), {}
    return OF_TYPES.get((kind, type(value)), SENTENCES[kind]), {name: _short(part) for name, part in context.items()}


def _short(value: Any) -> str | int:
    """A count stays a number: sentences may read otherwise of one."""
    if type(value) is int:
        return value
    text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _sentence_of(message: str) -> str:
    return message if message.endswith((".", "!", "?")) else message + "."
