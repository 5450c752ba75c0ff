"""Numbers as people read them."""

from collections.abc import Iterable
from typing import Any, TypeGuard

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainer.numerals import significant

THIN = "\u202f"  # a narrow space that does not break


def duration(seconds: float | None) -> str:
    """Seconds as people say them: 1.3 s, 12 s, 3 min 5 s, 2 h 10 min, 3 days."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return _("%(n)s s") % {"n": f"{seconds:.1f}".removesuffix(".0") if seconds < 10 else f"{seconds:.0f}"}
    if seconds < 3600:
        return _("%(m)d min %(s)d s") % {"m": seconds // 60, "s": seconds % 60}
    if seconds < 86_400:
        return _("%(h)d h %(m)d min") % {"h": seconds // 3600, "m": seconds % 3600 // 60}
    days = int(seconds // 86_400)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def percent(value: float | None, digits: int = 1) -> str:
    """0.9814 as 98.1 %."""
    return "–" if value is None else f"{100 * value:.{digits}f}{THIN}%"


def shares(parts: Iterable[tuple[str, float]]) -> str:
    """Names, which are message identifiers, each with its part of the whole: Latin 98 %, Greek < 1 %."""
    named = (f"{_(name)} {percent(part, 0) if part >= 0.01 else f'< {percent(0.01, 0)}'}" for name, part in parts)
    return ", ".join(named) or "–"


def is_number(value: Any) -> TypeGuard[float]:
    """Whether it can be computed with: reports and streams write NaN and infinities as text."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def short(value: Any) -> str:
    """A number with as many digits as a reader needs."""
    if not is_number(value):
        return "–" if value is None else str(value)
    return f"{value:,}".replace(",", THIN) if isinstance(value, int) else significant(value).replace(",", THIN)
