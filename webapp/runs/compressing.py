"""The dialog that begins a compression: one form a stage, made from the compressors' Specs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from trainer.catalog import default, listing
from trainer.errors import TrainerError
from trainer.spec import CompressSpec
from webapp import refusals, words
from webapp.accounts.access import signed_in
from webapp.idempotency import form_keys
from webapp.runs import queries, services
from webapp.runs.fields import Errors, Field, Place, family_default, fields, read
from webapp.runs.models import Run


@dataclass(frozen=True)
class Stage:
    """One compressor in the dialog: whether it is taken, and its fields."""

    name: str
    label: str
    help: str
    taken: bool
    fields: tuple[Field, ...]


@require_http_methods(["GET", "HEAD", "POST"])
def compress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The stages to choose from; sent, a child run."""
    user = signed_in(request)
    run = queries.find(user, run_id)
    if request.method != "POST":
        return _form(request, run, _stages(None, {}))
    sent = _read(request.POST)
    try:
        child = services.start_compression(owner=user, run=run, stages=sent, idempotency_key=form_keys.key(request))
        messages.success(request, _("The compression is queued; this is its page."))
        return redirect("runs:detail", child.pk)
    except (ValidationError, TrainerError) as error:
        problems = refusals.by_field(error, {"stages": sent})
    return _form(request, run, _stages(sent, problems), _whole(problems), status=422)


def _form(
    request: HttpRequest, run: Run, stages: tuple[Stage, ...], errors: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    key = request.POST.get("key") or uuid4().hex
    context = {"section": "runs", "run": run, "stages": stages, "errors": errors, "key": key}
    return render(request, "runs/compress.html", context, status=status)


def _read(post: QueryDict) -> list[dict[str, Any]]:
    taken = [one for one in listing("compressors") if one in post.getlist("stages")]
    return [{"name": name, **read(listing("compressors")[name].spec, Place(f"{name}.", ""), post)} for name in taken]


def _stages(sent: list[dict[str, Any]] | None, problems: Errors) -> tuple[Stage, ...]:
    return tuple(_stage(name, sent, problems) for name in listing("compressors"))


def _stage(name: str, sent: list[dict[str, Any]] | None, problems: Errors) -> Stage:
    entry = listing("compressors")[name]
    at = next((at for at, one in enumerate(sent or []) if one["name"] == name), None)
    values = family_default(default("compressors", name)) if sent is None or at is None else sent[at]
    found = fields(entry.spec, Place(f"{name}.", f"stages.{at}."), values, problems)
    return Stage(
        name,
        _(entry.label),
        words.translated(entry.description),
        name in _defaults() if sent is None else at is not None,
        found,
    )


def _defaults() -> list[str]:
    return [stage.name for stage in CompressSpec().stages]


def _whole(problems: Errors) -> list[str]:
    return [said for path, sentences in problems.items() if path.count(".") < 2 for said in sentences]
