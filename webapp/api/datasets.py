"""/datasets: made from uploads or a sample, inspected by a run, trained on once ready."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from webapp import words
from webapp.accounts.authentication import person
from webapp.accounts.models import User
from webapp.api import dataset_schemas, editing, schemas
from webapp.api.paging import Page, Paging, page
from webapp.datasets import queries, services
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.services import DatasetError
from webapp.http.problems import Problem
from webapp.idempotency.keys import once
from webapp.refusals import FieldError

router = Router(tags=["Data sets"])
SORTS = {"created": "id", "name": "name"}


@router.get("", response=Page[dataset_schemas.Dataset], summary="List data sets")
def index(request: HttpRequest, paging: Query[Paging], name: str = "") -> dict[str, Any]:
    """All data sets, newest first unless sorted by ``name``; ``name`` keeps those whose name contains it."""
    rows = queries.datasets(person(request)).filter(name__icontains=name)
    return page(request, rows, paging, sorts=SORTS, filters={"name": name}, shown=brief)


@router.post("", response={201: dataset_schemas.DatasetDetail}, summary="Make a data set")
def create(request: HttpRequest, body: dataset_schemas.NewDataset) -> Status[Any]:
    """From one or several whole uploads, or from a sample. Its files are opened by an inspect run: poll until
    ``state`` is ready.
    """
    status, content = once(request, person(request), lambda: (201, full(_create(request, body))))
    return Status(status, content)


def _create(request: HttpRequest, body: dataset_schemas.NewDataset) -> Dataset:
    if (body.upload is not None) + (body.uploads is not None) + (body.sample is not None) != 1:
        raise DatasetError(_("Give exactly one of “upload”, “uploads” and “sample”."), field="uploads")
    if body.sample is not None:
        dataset = services.create_from_sample(owner=person(request), sample=body.sample, name=body.name)
    else:
        dataset = _of_uploads(person(request), body)
    return find(request, dataset.pk)


def _of_uploads(user: User, body: dataset_schemas.NewDataset) -> Dataset:
    """``upload`` stands for a list of one; what is wrong with it is said of the field that was sent."""
    uploads = body.uploads or ([body.upload] if body.upload else [])
    try:
        return services.create(owner=user, uploads=uploads, name=body.name)
    except DatasetError as error:
        if body.upload and error.field == "uploads":
            error.field = "upload"
        raise


@router.get("/{uuid:dataset_id}", response=dataset_schemas.DatasetDetail, summary="One data set")
def detail(request: HttpRequest, dataset_id: UUID, response: HttpResponse) -> dict[str, Any]:
    """With the profile that inspection made: columns, balance, problems and their remedies."""
    dataset = find(request, dataset_id)
    response["ETag"] = editing.etag(dataset.name)
    return full(dataset)


@router.patch("/{uuid:dataset_id}", response=dataset_schemas.DatasetDetail, summary="Rename a data set")
def rename(request: HttpRequest, dataset_id: UUID, body: schemas.Rename, response: HttpResponse) -> dict[str, Any]:
    """Needs the ETag as ``If-Match``."""
    editing.rename(request, find(request, dataset_id), services.rename, body.name)
    return detail(request, dataset_id, response)


@router.delete("/{uuid:dataset_id}", response={204: None}, summary="Delete a data set")
def delete(request: HttpRequest, dataset_id: UUID) -> Status[None]:
    """Can be undone for a week by ``restore``. Refused while a run uses it."""
    services.delete(find(request, dataset_id))
    return Status(204, None)


@router.post("/{uuid:dataset_id}/restore", response=dataset_schemas.DatasetDetail, summary="Undo a deletion")
def restore(request: HttpRequest, dataset_id: UUID) -> dict[str, Any]:
    try:
        return full(services.restore(person(request), dataset_id))
    except Dataset.DoesNotExist:
        raise Http404 from None


def find(request: HttpRequest, dataset_id: UUID) -> Dataset:
    """The data set, or 404 for one that is not there or not to be seen."""
    dataset = queries.datasets(person(request)).filter(pk=dataset_id).first()
    if dataset is None:
        raise Http404
    return dataset


def named_version(request: HttpRequest, dataset_id: UUID, number: int | None) -> DatasetVersion:
    """The version that a body names, or of its data set the newest that is ready. Where it is not to be seen, the
    address is right and the field is to blame: raises Problem 404.
    """
    try:
        dataset = find(request, dataset_id)
    except Http404:
        message = _("There is no such data set that you may see. Take its identifier from the list of data sets.")
        raise Problem(404, message, [FieldError("dataset", message)]) from None
    if number is None:
        return queries.newest_ready(dataset) or queries.newest(dataset)
    match = next((one for one in dataset.versions.all() if one.number == number), None)
    if match is None:
        message = _("This data set has no version %(number)s.") % {"number": number}
        raise Problem(404, message, [FieldError("version", message)])
    return match


def brief(dataset: Dataset) -> dict[str, Any]:
    newest = queries.newest(dataset)
    summary = (newest.profile or {}).get("summary", {})
    return {
        "id": dataset.pk,
        "name": dataset.name,
        "state": newest.state,
        "sample": dataset.sample,
        "created": dataset.created,
        "kinds": dict(Counter(column["kind"] for column in summary.get("columns", ()))),
        "rows": summary.get("rows"),
        "version": version(newest),
    }


def full(dataset: Dataset) -> dict[str, Any]:
    newest = queries.newest(dataset)
    run = queries.inspection(newest)
    return {
        **brief(dataset),
        "run": run.pk if run else None,
        "reason": words.sentence(run.reason, run.reason_params) if run else "",
        "reason_code": run.reason_code if run else "",
        "reason_params": run.reason_params if run else {},
        "profile": profile(newest),
        "versions": [version(each) for each in dataset.versions.all()],
        "proposals": [version(each) for each in queries.proposals(dataset)],
    }


def profile(row: DatasetVersion) -> dict[str, Any] | None:
    """What inspection found, its problems and remedies in words, and what it looked for."""
    if row.profile is None:
        return None
    checks = [{**check, "message": words.translated(check["message"])} for check in row.profile.get("checks", [])]
    return {**words.told(row.profile), "checks": checks}


def version(row: DatasetVersion) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "state": row.state,
        "size": row.size,
        "content_hash": row.content_hash,
        "corrects": row.corrects.number if row.corrects else None,
        "columns": row.readings,
        "created": row.created,
    }
