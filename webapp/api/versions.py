"""/datasets/{id}/versions: other contents, and the same upload with the kinds of columns corrected."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status

from webapp import words
from webapp.accounts.authentication import person
from webapp.api import dataset_schemas
from webapp.api.datasets import find, profile, version
from webapp.datasets import changes, corrections, queries, services
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.services import DatasetError
from webapp.idempotency.keys import once
from webapp.runs.models import Run

router = Router(tags=["Data sets"])


@router.post(
    "/{uuid:dataset_id}/versions", response={201: dataset_schemas.VersionDetail}, summary="Add or correct a version"
)
def add(request: HttpRequest, dataset_id: UUID, body: dataset_schemas.NewVersion) -> Status[Any]:
    """With `uploads`, a newer content. With `columns`, the upload of a version with other kinds of columns: a proposal,
    which shows what would change once its `state` is ready, and is the next version when it is kept. Runs that were
    made keep their version.
    """
    dataset = find(request, dataset_id)
    return Status(*once(request, person(request), lambda: (201, full(dataset, _add(dataset, body)))))


@router.get(
    "/{uuid:dataset_id}/versions/{uuid:version_id}", response=dataset_schemas.VersionDetail, summary="One version"
)
def show(request: HttpRequest, dataset_id: UUID, version_id: UUID) -> dict[str, Any]:
    """Also a proposal, with what it would change."""
    dataset = find(request, dataset_id)
    return full(dataset, _find(dataset, version_id))


@router.post(
    "/{uuid:dataset_id}/versions/{uuid:version_id}/keep",
    response=dataset_schemas.VersionDetail,
    summary="Keep a proposal",
)
def keep(request: HttpRequest, dataset_id: UUID, version_id: UUID) -> dict[str, Any]:
    """It gets the next number, and new runs take it. Kept again, it stays as it is."""
    dataset = find(request, dataset_id)
    corrections.keep(_find(dataset, version_id))
    return full(dataset, _find(dataset, version_id))


@router.delete("/{uuid:dataset_id}/versions/{uuid:version_id}", response={204: None}, summary="Discard a proposal")
def discard(request: HttpRequest, dataset_id: UUID, version_id: UUID) -> Status[None]:
    """With all that was made for it. A version that has a number stays."""
    proposal = _find(find(request, dataset_id), version_id)
    if not corrections.discard(proposal):
        raise DatasetError(_("This version was kept, and versions stay with their data set."))
    return Status(204, None)


def _add(dataset: Dataset, body: dataset_schemas.NewVersion) -> DatasetVersion:
    if (body.uploads is None) == (body.columns is None):
        raise DatasetError(_("Give exactly one of “uploads” and “columns”."), field="columns")
    if body.uploads is not None:
        return services.add_version(dataset=dataset, uploads=body.uploads)
    return corrections.propose(version=_corrected(dataset, body), readings=body.columns or {}, keep=body.keep)


def _corrected(dataset: Dataset, body: dataset_schemas.NewVersion) -> DatasetVersion:
    numbered = {one.number: one for one in dataset.versions.all()}
    chosen = queries.newest_ready(dataset) if body.version is None else numbered.get(body.version)
    if chosen is None and body.version is not None:
        raise DatasetError(_("There is no version %(number)s.") % {"number": body.version}, field="version")
    return chosen or queries.newest(dataset)


def _find(dataset: Dataset, version_id: UUID) -> DatasetVersion:
    version = (
        DatasetVersion.objects.filter(dataset=dataset, pk=version_id).select_related("dataset", "corrects").first()
    )
    if version is None:
        raise Http404
    return version


def full(dataset: Dataset, row: DatasetVersion) -> dict[str, Any]:
    run = queries.inspection(row)
    made_of = changes.between(row.corrects, row) if row.corrects else None
    return {
        **version(row),
        "dataset": dataset.pk,
        "run": run.pk if run else None,
        "reason": words.sentence(run.reason, run.reason_params) if run else "",
        "reason_code": run.reason_code if run else "",
        "reason_params": run.reason_params if run else {},
        "errors": [{"field": f"columns.{name}", "message": text} for name, text in _at_fault(run, row).items()],
        "profile": profile(row),
        "changes": _changes(made_of) if made_of else None,
    }


def _at_fault(run: Run | None, row: DatasetVersion) -> Mapping[str, str]:
    return corrections.at_fault(run, row) if run and row.state == DatasetVersion.State.FAILED else {}


def _changes(comparison: changes.Changes) -> dict[str, Any]:
    columns = [
        {**asdict(column), "new_gaps": column.new_gaps, "filled_gaps": column.filled_gaps}
        for column in comparison.columns
    ]
    return {**asdict(comparison), "columns": columns}
