"""What is wrong with a spec, as sentences beside the fields they are about."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from trainer.catalog import FAMILIES, listing
from trainer.errors import TrainerError
from webapp import words

KINDS = frozenset({"train", "compress", "export", "inspect"})
Faults = dict[str, list[str]]


def of_validation(error: ValidationError) -> Faults:
    """Each field's path in the spec with what is wrong there; the whole spec's faults stand under ""."""
    found: Faults = defaultdict(list)
    for detail in error.errors(include_url=False):
        found[path(detail["loc"])].append(sentence(detail["type"], detail["msg"], detail.get("ctx", {})))
    return dict(found)


def of_training(error: TrainerError) -> Faults:
    """The one fault that the trainer found when it fitted the spec to the data."""
    return {error.field or "": [words.sentence(error.message, error.params)]}


def path(location: Sequence[int | str]) -> str:
    """A place in the spec as the form names it: without the tags of kinds and components that pydantic puts between."""
    components = {name for family in FAMILIES for name in listing(family)}
    parts = [str(part) for part in location]
    if parts and parts[0] in KINDS:
        parts = parts[1:]
    return ".".join(part for at, part in enumerate(parts) if at == 0 or part not in components)


def sentence(kind: str, message: str, context: dict[str, Any]) -> str:
    """pydantic's finding in our words; its own text where we have none."""
    known = {
        "greater_than_equal": _("Must be at least %(ge)s."),
        "greater_than": _("Must be greater than %(gt)s."),
        "less_than_equal": _("Must be at most %(le)s."),
        "less_than": _("Must be less than %(lt)s."),
        "int_type": _("Must be a whole number."),
        "int_parsing": _("Must be a whole number."),
        "float_type": _("Must be a number."),
        "finite_number": _("Must be a finite number."),
        "string_type": _("Must be text."),
        "bool_type": _("Must be true or false."),
        "missing": _("This is needed."),
        "extra_forbidden": _("There is no such field; check how it is spelled."),
        "literal_error": _("Must be one of: %(expected)s."),
        "union_tag_invalid": _("“%(tag)s” is not known here; there are: %(expected_tags)s."),
        "union_tag_not_found": _('Say with “name” which one, for example {"name": …}.'),
        "too_short": _("Choose at least %(min_length)s."),
        "too_long": _("Choose at most %(max_length)s."),
    }
    if kind == "value_error":
        return _(str(context.get("error", message)))
    try:
        return known[kind] % context if kind in known else message
    except KeyError:
        return message
