"""Numbers of a report in words, each by its unit."""

import math

from django.utils.translation import gettext as _

from trainer.compressing import savings
from trainer.report import Cell, Heading, Scalar
from webapp import words
from webapp.formatting import duration, is_number, percent, short


def label(scalar: Scalar) -> str:
    return words.translated(scalar.label)


def named(scalar: Scalar) -> str:
    """The value with its name, and with what must stand beside it."""
    return noted(_("%(name)s %(value)s") % {"name": label(scalar), "value": text(scalar)}, scalar.note)


def noted(value: str, note: str) -> str:
    """A value with a few words that must stand beside it, where there are some."""
    return _("%(value)s, %(note)s") % {"value": value, "note": words.translated(note)} if note else value


def text(scalar: Scalar) -> str:
    """The value as a reader wants it."""
    value = in_unit(scalar.value, scalar.unit)
    return (
        value
        if scalar.of is None
        else _("%(value)s of %(all)s") % {"value": value, "all": in_unit(scalar.of, scalar.unit)}
    )


def in_unit(value: float | str | None, unit: str) -> str:
    """A number of a report, which has what is not finite as text."""
    if not is_number(value):
        return short(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    match unit:
        case "share":
            return percent(value)
        case "seconds":
            return duration(value)
        case "times_smaller":
            return _times_smaller(value)
        case _:
            return short(int(value) if float(value).is_integer() else value)


def cell(value: Cell, heading: Heading) -> str:
    """A value of a report's table below its heading."""
    if heading.unit is not None:
        return in_unit(value, heading.unit)
    text = "–" if value is None else str(value)
    return words.translated(text) if heading.is_message else text


def _times_smaller(factor: float) -> str:
    if 1 / savings.SAME < factor < savings.SAME:
        return _("as large as before")
    if factor < 1:
        return _("%(factor).1f× larger") % {"factor": 1 / factor}
    return _("%(factor).1f× smaller") % {"factor": factor}
