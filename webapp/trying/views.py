"""Trying a run's models: the panel on its page, and a page of its own. What is entered goes to a worker and is kept
nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from trainer.trying import FORMAT
from trainer.trying.entries import Entry
from trainer.trying.replies import Refusal
from webapp import fragments, plain_text, words
from webapp.accounts.access import signed_in
from webapp.artifacts.store import ArtifactError
from webapp.runs import queries
from webapp.runs.exports import are_coming
from webapp.runs.faults import Fault
from webapp.runs.models import Run
from webapp.trying import drawing, service, subjects, values
from webapp.trying.drawing import Drawn
from webapp.trying.exchange import TrialError
from webapp.trying.subjects import Subject
from webapp.trying.values import MANY, MOST, Entered, Field


@dataclass(frozen=True)
class Tried:
    """What came of a question: an answer, or what is wrong."""

    drawn: Drawn | None = None
    faults: Sequence[Fault] = ()


@plain_text.reads_nul_in(values.FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
def panel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The form, and with what was sent of it the answer; of htmx the part of it that it asks for."""
    user = signed_in(request)
    run = queries.find(user, run_id)
    choices = subjects.of(run) if subjects.have_models(run) else []
    subject = _chosen(choices, request.POST.get("model") or request.GET.get("model", ""))
    is_part = fragments.are_asked_for(request)
    context: dict[str, Any] = {"section": "models", "run": run, "subjects": choices, "subject": subject}
    try:
        entries = subject.entries() if subject else ()
    except ArtifactError as error:
        entries, context["damage"] = (), str(error)
    context["beyond"] = max(0, len(entries) - MOST)
    if request.method != "POST" or subject is None or not entries:
        context |= _form(values.fields(entries, run.dataset_version, None)) | _lack(run, subject)
        return render(request, "trying/panel.html" if is_part else "trying/page.html", context)
    entered = values.read(entries, request.POST, request.FILES)
    tried = _ask(user, subject, entries, entered)
    context |= {"tried": tried, "faults_by_element": {fault.element: [fault.message] for fault in tried.faults}}
    if is_part:
        return render(request, "trying/answer.html", context)
    context |= _form(values.fields(entries, run.dataset_version, request.POST))
    return render(request, "trying/page.html", context, status=422 if tried.faults else 200)


def _chosen(choices: Sequence[Subject], identifier: str) -> Subject | None:
    return next((one for one in choices if str(one.id) == identifier), choices[0] if choices else None)


def _form(fields: Sequence[Field]) -> dict[str, Any]:
    """Wide rows are folded; files and long texts stand first in any case."""
    large = [field for field in fields if field.entry.look in ("file", "paragraph")]
    small = [field for field in fields if field not in large]
    return {"fields": [*large, *small[:MANY]], "further": small[MANY:]}


def _lack(run: Run, subject: Subject | None) -> dict[str, Any]:
    """Why there is no form: downloads are still made, or there is none that can be tried."""
    if subject is not None:
        return {}
    waits = are_coming(run, has_unfinished=any(one.run.ended is None for one in queries.exports(run)))
    return {"waits": waits, "lacks": subjects.have_models(run) and not waits, "format": words.file_format(FORMAT)}


def _ask(user: Any, subject: Subject, entries: Sequence[Entry], entered: Entered) -> Tried:
    places = {entry.column: place for place, entry in enumerate(entries)}
    if entered.errors:
        return Tried(faults=[_fault(places, column, message) for column, message in entered.errors.items()])
    try:
        reply = service.ask(user, subject, entered.question)
    except TrialError as error:
        return Tried(faults=[Fault("", "", str(error))])
    if isinstance(reply, Refusal):
        return Tried(faults=[_fault(places, reply.column, words.sentence(reply.message, reply.params))])
    return Tried(drawn=drawing.draw(reply, entries, entered.question.values))


def _fault(places: Mapping[str, int], column: str, message: str) -> Fault:
    element = f"try-{places[column]}" if column in places else ""
    return Fault(element, column if element else "", message)
