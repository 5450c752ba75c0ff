"""The pages that begin a run on the model of one that ended well, a compression or exports: forms
made from their Specs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import ValidationError

from trainer.errors import TrainerError
from trainer.specs.compress import CompressSpec
from trainer.specs.export import ExportSpec
from trainer.specs.run import RunSpec
from webapp import refusals
from webapp.accounts.access import signed_in
from webapp.accounts.models import User
from webapp.idempotency import form_keys
from webapp.runs import compressing, exports, faults, queries
from webapp.runs.controls import draw
from webapp.runs.controls.control import Group
from webapp.runs.controls.draw import Errors, Place, Surroundings
from webapp.runs.controls.edits import EDIT, edited
from webapp.runs.controls.read import read
from webapp.runs.models import Run


@dataclass(frozen=True, kw_only=True)
class Following:
    """What may follow a run: the Spec that is asked for, the words of its page, and what starts it and says
    where to look then.
    """

    spec: type[RunSpec]
    title: Any
    purpose: Any
    button: Any
    icon: str
    queued: Any
    check_name: str  # of the address that tells what is wrong while somebody edits
    check: Callable[[Run, dict[str, Any]], object]
    start: Callable[[HttpRequest, User, Run, dict[str, Any]], UUID]


def _start_compression(request: HttpRequest, user: User, run: Run, raw: dict[str, Any]) -> UUID:
    child = compressing.start_compression(owner=user, run=run, settings=raw, idempotency_key=form_keys.key(request))
    return child.pk


def _start_exports(request: HttpRequest, user: User, run: Run, raw: dict[str, Any]) -> UUID:
    return form_keys.once(request, user, lambda: exports.start_exports(run=run, settings=raw))


COMPRESSION = Following(
    spec=CompressSpec,
    title=gettext_lazy("Make this model smaller"),
    purpose=gettext_lazy(
        "The stages run in this order as a run of its own. Each yields a model that is measured, proved and ready to "
        "download; the original stays."
    ),
    button=gettext_lazy("Start compressing"),
    icon="compress",
    queued=gettext_lazy("The compression is queued; this is its page."),
    check_name="runs:check_compress",
    check=compressing.fitted,
    start=_start_compression,
)
EXPORTS = Following(
    spec=ExportSpec,
    title=gettext_lazy("More formats of this model"),
    purpose=gettext_lazy("Each format is made of every model of the run that it can take, and proved against it."),
    button=gettext_lazy("Make these formats"),
    icon="download",
    queued=gettext_lazy("The formats are queued; they appear among the downloads."),
    check_name="runs:check_formats",
    check=exports.fitted,
    start=_start_exports,
)


@require_http_methods(["GET", "HEAD", "POST"])
def compress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The stages in order; sent, a child run."""
    return _page(request, run_id, COMPRESSION)


@require_http_methods(["GET", "HEAD", "POST"])
def formats(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The formats to export to; sent, a child run for each model of the run."""
    return _page(request, run_id, EXPORTS)


@require_POST
def check(request: HttpRequest, run_id: UUID, following: Following) -> JsonResponse:
    """What starting it would refuse, by the control that it is about: asked while somebody edits."""
    run = queries.find(signed_in(request), run_id)
    raw, errors = read(following.spec, request.POST), dict[str, list[str]]()
    try:
        following.check(run, raw)
    except (ValidationError, TrainerError) as error:
        errors = refusals.by_field(error, raw)
    return JsonResponse(faults.by_element(faults.of([_group(following, raw, errors)], errors, request.POST)))


def _page(request: HttpRequest, run_id: UUID, following: Following) -> HttpResponse:
    user = signed_in(request)
    run = queries.find(user, run_id)
    if request.method != "POST":
        return _form(request, run, following, {}, {})
    raw = read(following.spec, request.POST)
    if EDIT in request.POST:
        return _form(request, run, following, edited(raw, request.POST[EDIT]), {})
    try:
        place = following.start(request, user, run, raw)
    except (ValidationError, TrainerError) as error:
        return _form(request, run, following, raw, refusals.by_field(error, raw), status=422)
    messages.success(request, str(following.queued))
    return redirect("runs:detail", place)


def _form(
    request: HttpRequest, run: Run, following: Following, raw: dict[str, Any], errors: Errors, status: int = 200
) -> HttpResponse:
    group = _group(following, raw, errors)
    context = {
        "section": "runs",
        "run": run,
        "following": following,
        "group": group,
        "errors": faults.homeless(errors, [group]),
        "key": request.POST.get("key") or uuid4().hex,
    }
    return render(request, "runs/following.html", context, status=status)


def _group(following: Following, raw: dict[str, Any], errors: Errors) -> Group:
    return draw.group(following.spec, raw, Surroundings(errors=errors), Place())
