"""/previews: what a spec makes of a data set before anything is trained."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Status

from webapp import words
from webapp.accounts.authentication import person
from webapp.api import preview_schemas, schemas
from webapp.api.datasets import named_version
from webapp.datasets.models import DatasetVersion
from webapp.http.problems import Problem
from webapp.idempotency.keys import once
from webapp.refusals import FieldError
from webapp.runs import fitting, previews, sheets
from webapp.runs.models import Run, State

router = Router(tags=["Runs"])


@router.post("", response={201: preview_schemas.Preview}, summary="Preview preparation and tokens")
def start(request: HttpRequest, body: preview_schemas.NewPreview) -> Status[Any]:
    """Shows what cleaning leaves out and changes, and how tokenizers cut the first texts, with coverage and the part of
    the texts that is cut. A worker looks at the data: poll until `state` is succeeded or failed.

    A person has one preview at a time: another takes the place of the one before, also of that in the browser's form,
    and the same one again is answered with what is there. 409 while the data set is inspected.
    """

    def act() -> tuple[int, Any]:
        version = _inspected(named_version(request, body.dataset, body.version))
        spec = fitting.training_spec(body.spec, version)
        return 201, _told(previews.start(owner=person(request), version=version, spec=spec))

    return Status(*once(request, person(request), act))


@router.get("/{uuid:preview_id}", response=preview_schemas.Preview, summary="One preview")
def show(request: HttpRequest, preview_id: UUID) -> dict[str, Any]:
    """With its result once there is one. 404 when another has taken its place."""
    return _told(previews.find(person(request), preview_id))


@router.get(
    "/{uuid:preview_id}/pictures.png",
    summary="Pictures as augmentation varies them",
    openapi_extra=schemas.file_of(
        "image/png", "A line for each picture: as it stands, then as the first epochs see it"
    ),
)
def pictures(request: HttpRequest, preview_id: UUID) -> HttpResponse:
    """404 where the preview shows no pictures."""
    return sheets.response(previews.find(person(request), preview_id), previews.SHEET)


def _inspected(version: DatasetVersion) -> DatasetVersion:
    """Raises Problem 409 while nobody knows what the data are."""
    if fitting.awaits_inspection(version):
        message = _("This data set is still inspected. Ask again when its state is ready.")
        raise Problem(409, message, [FieldError("dataset", message)])
    return version


def _told(run: Run) -> dict[str, Any]:
    version = run.dataset_version
    return {
        "id": run.pk,
        "state": run.state,
        "reason": words.sentence(run.reason, run.reason_params),
        "reason_code": run.reason_code,
        "reason_params": run.reason_params,
        "dataset": version.dataset_id if version else None,
        "dataset_version": run.dataset_version_id,
        "spec": run.spec,
        "result": words.told(run.report) if run.state == State.SUCCEEDED else None,
    }
