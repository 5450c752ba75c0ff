"""The page that begins a compression: its form is made from the Spec."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from trainer.errors import TrainerError
from trainer.spec import CompressSpec
from webapp import refusals
from webapp.accounts.access import signed_in
from webapp.idempotency import form_keys
from webapp.runs import queries, services
from webapp.runs.controls import draw
from webapp.runs.controls.control import Group
from webapp.runs.controls.draw import Errors, Place, Surroundings
from webapp.runs.controls.edits import EDIT, edited
from webapp.runs.controls.read import read
from webapp.runs.models import Run


@require_http_methods(["GET", "HEAD", "POST"])
def compress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The stages in order; sent, a child run."""
    user = signed_in(request)
    run = queries.find(user, run_id)
    if request.method != "POST":
        return _form(request, run, {}, {})
    raw = read(CompressSpec, request.POST)
    if EDIT in request.POST:
        return _form(request, run, edited(raw, request.POST[EDIT]), {})
    try:
        child = services.start_compression(owner=user, run=run, settings=raw, idempotency_key=form_keys.key(request))
    except (ValidationError, TrainerError) as error:
        return _form(request, run, raw, refusals.by_field(error, raw), status=422)
    messages.success(request, _("The compression is queued; this is its page."))
    return redirect("runs:detail", child.pk)


def _form(request: HttpRequest, run: Run, raw: dict[str, Any], errors: Errors, status: int = 200) -> HttpResponse:
    group = draw.group(CompressSpec, raw, Surroundings(errors=errors), Place())
    context = {
        "section": "runs",
        "run": run,
        "group": group,
        "errors": _homeless(errors, group),
        "key": request.POST.get("key") or uuid4().hex,
    }
    return render(request, "runs/compress.html", context, status=status)


def _homeless(errors: Errors, group: Group) -> list[str]:
    """What is wrong with the whole, or with a place that has no control."""
    homes = set(group.paths)
    return [message for path, sentences in errors.items() if path not in homes for message in sentences]
