"""/assets: files that models are given beside data, made from uploads, inspected by a run."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict, StrictStr

from webapp import words
from webapp.accounts.authentication import person
from webapp.accounts.models import User
from webapp.api import editing, schemas
from webapp.api.paging import Page, Paging, page
from webapp.assets import queries, services
from webapp.assets.models import Asset as Row
from webapp.assets.services import AssetError
from webapp.datasets.services import DatasetError
from webapp.idempotency.keys import once

router = Router(tags=["Assets"])
SORTS = {"created": "id", "name": "name"}


class NewAsset(schemas.Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"upload": "0197b3a0-0000-7000-8000-000000000000", "name": "English"}]}
    )

    name: StrictStr = Field("", max_length=200, description="Taken from the file when left out.")
    upload: UUID = Field(description="The last part of a whole upload's address.")


class Asset(Schema):
    id: UUID = Field(description="By which the spec of a run names it.")
    name: str
    kind: str = Field(description="Such as word_vectors; empty until it is inspected.")
    state: str = Field(description="inspecting, ready or failed")
    description: str = Field(description="What it is, in a few words.")
    size: int = Field(description="Bytes of what was uploaded.")
    sha256: str | None = Field(description="Of what runs read.")
    created: datetime


class AssetDetail(Asset):
    reason: str = Field(description="Why it is in its state, in words.")
    reason_code: str
    reason_params: dict[str, Any] = Field(description="What fills the gaps of the reason.")
    run: UUID | None = Field(description="The run that inspects it.")
    profile: dict[str, Any] | None = Field(
        description="What inspection found: “measures” such as words and width, facts, samples, and problems in words."
    )
    runs: list[UUID] = Field(description="Training runs that read it, the newest first; 100 at most.")


@router.get("", response=Page[Asset], summary="List assets")
def index(request: HttpRequest, paging: Query[Paging], name: str = "", kind: str = "") -> dict[str, Any]:
    """All assets, newest first unless sorted by ``name``; ``name`` keeps those whose name contains it, ``kind`` those
    of that kind.
    """
    rows = queries.assets(person(request)).filter(name__icontains=name)
    rows = rows.filter(kind=kind) if kind else rows
    return page(request, rows, paging, sorts=SORTS, filters={"name": name, "kind": kind}, shown=brief)


@router.post("", response={201: AssetDetail}, summary="Make an asset")
def create(request: HttpRequest, body: NewAsset) -> Status[Any]:
    """From a whole upload. The file is opened by an inspect run: poll until ``state`` is ready."""

    def act() -> tuple[int, Any]:
        return 201, full(_made(person(request), body))

    return Status(*once(request, person(request), act))


def _made(user: User, body: NewAsset) -> Row:
    """What is wrong with the upload is said of the field that was sent."""
    try:
        (row,) = services.create(owner=user, uploads=[body.upload], name=body.name)
    except DatasetError as error:
        raise AssetError(str(error), field="upload") from None
    return row


@router.get("/{uuid:asset_id}", response=AssetDetail, summary="One asset")
def detail(request: HttpRequest, asset_id: UUID, response: HttpResponse) -> dict[str, Any]:
    row = find(request, asset_id)
    response["ETag"] = editing.etag(row.name)
    return full(row)


@router.patch("/{uuid:asset_id}", response=AssetDetail, summary="Rename an asset")
def rename(request: HttpRequest, asset_id: UUID, body: schemas.Rename, response: HttpResponse) -> dict[str, Any]:
    """Needs the ETag as ``If-Match``."""
    editing.rename(request, find(request, asset_id), services.rename, body.name)
    return detail(request, asset_id, response)


@router.delete("/{uuid:asset_id}", response={204: None}, summary="Delete an asset")
def delete(request: HttpRequest, asset_id: UUID) -> Status[None]:
    """Can be undone for a week by ``restore``. Refused while a run uses it."""
    services.delete(find(request, asset_id))
    return Status(204, None)


@router.post("/{uuid:asset_id}/restore", response=AssetDetail, summary="Undo the deletion of an asset")
def restore(request: HttpRequest, asset_id: UUID) -> dict[str, Any]:
    try:
        return full(services.restore(person(request), asset_id))
    except Row.DoesNotExist:
        raise Http404 from None


def find(request: HttpRequest, asset_id: UUID) -> Row:
    """The asset, or 404 for one that is not there or not to be seen."""
    row = queries.assets(person(request)).filter(pk=asset_id).first()
    if row is None:
        raise Http404
    return row


def brief(row: Row) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "kind": row.kind,
        "state": row.state,
        "description": queries.description(row),
        "size": row.size,
        "sha256": row.content_id,
        "created": row.created,
    }


def full(row: Row) -> dict[str, Any]:
    run = row.inspection
    return {
        **brief(row),
        "run": run.pk if run else None,
        "reason": words.sentence(run.reason, run.reason_params) if run else "",
        "reason_code": run.reason_code if run else "",
        "reason_params": run.reason_params if run else {},
        "profile": words.told(row.profile),
        "runs": list(queries.runs(row).values_list("pk", flat=True)[:100]),
    }
