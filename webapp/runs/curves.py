"""Curves for the page that draws them, and all points for those who compute with them."""

from collections.abc import AsyncIterator, Iterator
from typing import cast
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from webapp import database_pool
from webapp.accounts import flows
from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.metrics import export
from webapp.metrics.window import window
from webapp.runs.models import Run

NAMES_AT_MOST = 50


@require_safe
def window_of(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """``?name=…&name=…&points=&first=&last=``: the windows of these metrics one behind the other (Window.binary)."""
    run = get_object_or_404(visible(Run.objects.all(), cast(User, request.user)), pk=run_id)
    names = request.GET.getlist("name")[:NAMES_AT_MOST]
    try:
        points, first, last = (_whole(request, key) for key in ("points", "first", "last"))
    except ValueError:
        sentence = _("“points”, “first” and “last” must be whole numbers.")
        return HttpResponseBadRequest(sentence, content_type="text/plain; charset=utf-8")
    windows = window(run.pk, names, points or 2000, first, last)
    body = b"".join(part.binary(times="times" in request.GET) for part in windows.values())
    return HttpResponse(body, content_type="application/octet-stream", headers={"Cache-Control": "no-store"})


@require_safe
def as_csv(request: HttpRequest, run_id: UUID) -> StreamingHttpResponse:
    """Every point of every metric (or of ``?name=…``)."""
    run = get_object_or_404(visible(Run.objects.all(), cast(User, request.user)), pk=run_id)
    parts = iter(()) if request.method == "HEAD" else export.csv(run.pk, request.GET.getlist("name") or None)
    lines = flows.while_allowed(request, _in_turn(parts))
    headers = {"Content-Disposition": f'attachment; filename="metrics-{run.pk}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


async def _in_turn(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each part when the one before has left: of a plain iterator Django makes a list first."""
    while (part := await sync_to_async(_next)(parts)) is not None:
        yield part


def _next(parts: Iterator[bytes]) -> bytes | None:
    try:
        return next(parts, None)
    finally:
        database_pool.give_back()


def _whole(request: HttpRequest, key: str) -> int | None:
    text = request.GET.get(key, "")
    number = int(text) if text else None
    if number is not None and abs(number) >= 2**62:
        raise ValueError(key)
    return number
