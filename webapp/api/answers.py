"""/runs/{id}/answers: what a model of the run answers about one row. Nothing of it is kept."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from trainer.trying import FORMAT
from trainer.trying.entries import Entry
from trainer.trying.questions import Value
from trainer.trying.replies import Answer, Refusal
from webapp import words
from webapp.accounts.authentication import person
from webapp.api import schemas
from webapp.api.runs import find
from webapp.http.problems import Problem
from webapp.refusals import FieldError
from webapp.runs.models import Run
from webapp.trying import service, subjects
from webapp.trying.exchange import TrialError
from webapp.trying.subjects import Subject
from webapp.trying.values import check

router = Router(tags=["Results"])
RETRY_SECONDS = 5


@router.post("/{uuid:run_id}/answers", response=schemas.Answer, summary="Ask a model")
def answer(request: HttpRequest, run_id: UUID, body: schemas.NewQuestion) -> dict[str, Any]:
    """What the exported model answers about one row, how long that takes, and how much the answer owes to each column,
    to each word of a text and to each patch of a picture: what the probability or the number loses when that is left
    out. Values are read as by `predict.py`; a column that is left out is missing. The row is kept nowhere. Who asks
    again before the answer has come gets 409 for the first.
    """
    subject = _subject(find(request, run_id), body.model)
    entries = subject.entries()
    values, files = _parted(entries, body.values)
    entered = check(entries, values, files, body.about)
    if entered.errors:
        raise _wrong([FieldError(f"values.{column}", message) for column, message in entered.errors.items()])
    try:
        reply = service.ask(person(request), subject, entered.question)
    except TrialError as error:
        status, headers = (503, {"Retry-After": str(RETRY_SECONDS)}) if error.is_ours else (409, {})
        raise Problem(status, str(error), headers=headers) from error
    if isinstance(reply, Refusal):
        message = words.sentence(reply.message, reply.params)
        raise _wrong([FieldError(f"values.{reply.column}" if reply.column else "values", message)])
    return _told(reply, subject)


def _subject(run: Run, model: UUID | None) -> Subject:
    choices = subjects.of(run) if subjects.have_models(run) else []
    if model is None and choices:
        return choices[0]
    match = next((one for one in choices if one.id == model), None)
    if match is None and model is not None:
        message = _("This run has no such export that can be tried. Take one of the format %(format)s.")
        raise _wrong([FieldError("model", message % {"format": words.file_format(FORMAT)})])
    if match is None:
        message = _("This run has no download in the format %(format)s, by which a model is tried. Make it first.")
        raise Problem(409, message % {"format": words.file_format(FORMAT)})
    return match


def _parted(entries: Sequence[Entry], given: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, bytes]]:
    """The values, and the content of those that are files. Raises Problem for columns that the model does not take."""
    looks = {entry.column: entry.look for entry in entries}
    strange = [name for name in given if name not in looks]
    if strange:
        message = _("The model takes no such column; it takes %(columns)s.") % {"columns": ", ".join(looks)}
        raise _wrong([FieldError(f"values.{name}", message) for name in strange])
    files = {name: value for name, value in given.items() if looks[name] == "file" and value is not None}
    values = {name: value for name, value in given.items() if looks[name] != "file"}
    return values, {name: _content(name, value) for name, value in files.items()}


def _content(name: str, value: Value) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "-", validate=True)
    except (binascii.Error, ValueError):
        message = _("Send the content of the file in Base64.")
        raise _wrong([FieldError(f"values.{name}", message)]) from None


def _wrong(errors: list[FieldError]) -> Problem:
    return Problem(422, f"{errors[0].field}: {errors[0].message}", errors)


def _told(answer: Answer, subject: Subject) -> dict[str, Any]:
    outcome = answer.outcome
    return {
        "target": outcome.target,
        "value": outcome.value,
        "words": outcome.words,
        "probabilities": {share.name: share.share for share in outcome.shares},
        "further": outcome.further,
        "about": outcome.subject,
        "latency_ms": answer.latency_ms,
        "calls": answer.calls,
        "threads": answer.threads,
        "not_understood": [doubt.model_dump() for doubt in answer.doubts],
        "not_read": [excess.model_dump() for excess in answer.excesses],
        "influences": [influence.model_dump() for influence in answer.influences],
        "parts": answer.parts,
        "tried": answer.tried,
        "model": subject.id,
    }
