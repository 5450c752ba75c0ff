"""Lists by cursor: as fast at the ten-thousandth row as at the first, and steady while rows come and go."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
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
    sort: str = Field("-created", max_length=40, description="A field to sort by; with “-” in front from the largest down.")


class Page(Schema, Generic[Item]):
    """Part of a list; ``next`` is the cursor of the following part, null at the end."""

    items: list[Item]
    next: str | None = None


def page(
    request: HttpRequest, rows: QuerySet[M], paging: Paging, *, sorts: Mapping[str, str], filters: Mapping[str, Any],
    shown: Callable[[M], Any],
) -> dict[str, Any]:
    """One page of ``rows``. ``sorts`` maps names to columns that are never null; ``filters`` were applied by the caller."""
    _refuse_unknown(request, {*filters, "limit", "cursor", "sort"})
    descending, name = paging.sort.startswith("-"), paging.sort.removeprefix("-")
    if name not in sorts:
        raise _wrong("sort", _("Sort by one of %(known)s.") % {"known": ", ".join(sorts)})
    column = sorts[name]
    if paging.cursor:
        rows = _behind(rows, column, descending, _read(paging.cursor, paging.sort))
    sign = "-" if descending else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}pk")[: paging.limit + 1])
    more = len(found) > paging.limit
    last = found[paging.limit - 1] if more else None
    items = [shown(row) for row in found[: paging.limit]]
    return {"items": items, "next": _cursor(last, column, paging.sort) if last else None}


def _refuse_unknown(request: HttpRequest, known: set[str]) -> None:
    unknown = sorted(set(request.GET) - known)
    if unknown:
        raise _wrong(unknown[0][:100], _("There is no such parameter. Known are %(known)s.") % {"known": ", ".join(sorted(known))})


def _behind(rows: QuerySet[M], column: str, descending: bool, at: tuple[str, str]) -> QuerySet[M]:
    side = "lt" if descending else "gt"
    try:
        return rows.filter(Q(**{f"{column}__{side}": at[0]}) | Q(**{column: at[0], f"pk__{side}": at[1]}))
    except (ValidationError, ValueError, TypeError):
        raise _bad_cursor() from None


def _cursor(row: Model, column: str, sort: str) -> str:
    content = json.dumps([sort, str(getattr(row, column)), str(row.pk)]).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _read(cursor: str, sort: str) -> tuple[str, str]:
    try:
        made_for, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if made_for != sort or not all(isinstance(part, str) and b"\0" not in part.encode() for part in (value, pk)):
            raise _bad_cursor()
        return value, pk
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError):
        raise _bad_cursor() from None


def _bad_cursor() -> Problem:
    return _wrong("cursor", _("This cursor does not belong to this list. Begin again without one."))


def _wrong(field: str, message: str) -> Problem:
    return Problem(422, message, [FieldError(field, message)])
