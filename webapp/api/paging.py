"""Lists by cursor: as fast at the ten-thousandth row as at the first, and steady while rows come and go."""

import base64
import binascii
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema

from webapp.http.problems import Problem
from webapp.refusals import FieldError

M = TypeVar("M", bound=Model)
Item = TypeVar("Item")


class Paging(Schema):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=200, description="Items on a page.")
    cursor: str | None = Field(None, max_length=4000, description="The “next” of the page before.")
    sort: str = Field(
        "-created", max_length=81, description="A field to sort by; with “-” in front from the largest down."
    )


class Page(Schema, Generic[Item]):
    """Part of a list; ``next`` is the cursor of the following part, null at the end."""

    items: list[Item]
    next: str | None = None


@dataclass(frozen=True)
class Place:
    """Where a page begins: behind the row with this value, as text, and primary key."""

    value: str | None
    pk: str


@dataclass(frozen=True)
class Order:
    """``is_optional``: rows without a value come last in either direction, newest first."""

    column: str
    descending: bool
    is_optional: bool = False


def page(
    request: HttpRequest,
    rows: QuerySet[M],
    paging: Paging,
    *,
    sorts: Mapping[str, str],
    filters: Mapping[str, Any],
    shown: Callable[[M], Any],
    optional: Collection[str] = (),
) -> dict[str, Any]:
    """One page of ``rows``. ``sorts`` maps names to columns, of which those in ``optional`` may be null; ``filters``
    were applied by the caller.
    """
    _refuse_unknown(request, {*filters, "limit", "cursor", "sort"})
    descending, name = paging.sort.startswith("-"), paging.sort.removeprefix("-")
    if name not in sorts:
        raise _wrong("sort", _("Sort by one of %(known)s.") % {"known": ", ".join(sorts)})
    order = Order(sorts[name], descending, sorts[name] in optional)
    place = _read(paging.cursor, paging.sort, order) if paging.cursor else None
    matches = (_with_gaps if order.is_optional else _part)(rows, order, place, paging.limit + 1)
    more = len(matches) > paging.limit
    last = matches[paging.limit - 1] if more else None
    items = [shown(row) for row in matches[: paging.limit]]
    return {"items": items, "next": _cursor(last, order.column, paging.sort) if last else None}


def _part(rows: QuerySet[M], order: Order, place: Place | None, count: int) -> list[M]:
    """So many rows behind the place."""
    if place is not None:
        rows = _behind(rows, order, place)
    sign = "-" if order.descending else ""
    return list(rows.order_by(f"{sign}{order.column}", f"{sign}pk")[:count])


def _with_gaps(rows: QuerySet[M], order: Order, place: Place | None, count: int) -> list[M]:
    """Those with a value, and behind them those without."""
    gap = f"{order.column}__isnull"
    matches: list[M] = []
    if place is None or place.value is not None:
        matches, place = _part(rows.filter(**{gap: False}), order, place, count), None
    if len(matches) < count:
        at = Place(place.pk, place.pk) if place else None
        matches += _part(rows.filter(**{gap: True}), Order("pk", descending=True), at, count - len(matches))
    return matches


def _refuse_unknown(request: HttpRequest, allowed: set[str]) -> None:
    unknown = sorted(set(request.GET) - allowed)
    if unknown:
        raise _wrong(
            unknown[0][:100],
            _("There is no such parameter. Known are %(known)s.") % {"known": ", ".join(sorted(allowed))},
        )


def _behind(rows: QuerySet[M], order: Order, place: Place) -> QuerySet[M]:
    column, side = order.column, "lt" if order.descending else "gt"
    try:
        return rows.filter(
            Q(**{f"{column}__{side}": place.value}) | Q(**{column: place.value, f"pk__{side}": place.pk})
        )
    except (ValidationError, ValueError, TypeError):
        raise _bad_cursor() from None


def _cursor(row: Model, column: str, sort: str) -> str:
    value = getattr(row, column)
    content = json.dumps([sort, None if value is None else str(value), str(row.pk)]).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _read(cursor: str, sort: str, order: Order) -> Place:
    try:
        made_for, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        texts = [pk] if value is None and order.is_optional else [value, pk]
        if made_for != sort or not all(isinstance(part, str) and b"\0" not in part.encode() for part in texts):
            raise _bad_cursor()
        return Place(value, pk)
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError):
        raise _bad_cursor() from None


def _bad_cursor() -> Problem:
    return _wrong("cursor", _("This cursor does not belong to this list. Begin again without one."))


def _wrong(field: str, message: str) -> Problem:
    return Problem(422, message, [FieldError(field, message)])
