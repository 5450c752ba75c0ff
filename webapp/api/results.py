"""What comes out of a run: curves, events, log, exports and their files."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from ninja import Query, Router, Schema, Status
from pydantic import Field

from webapp import words
from webapp.accounts.authentication import person
from webapp.api import schemas
from webapp.api.runs import find, full
from webapp.artifacts import downloads
from webapp.artifacts.models import Edge
from webapp.idempotency.keys import once
from webapp.metrics.window import MOST_POINTS, window
from webapp.runs import export_files, replay, sheets
from webapp.runs.exports import are_coming, start_exports
from webapp.runs.models import Kind, Run, StreamEntry

router = Router(tags=["Results"])
LOG_LINES = 1000


class Curve(Schema):
    """Which curve, and how much of it."""

    name: str = Field(max_length=200, description="For example train/loss; a run names those it has in “metrics”.")
    points: int = Field(2000, ge=10, le=MOST_POINTS)
    first: int | None = Field(None, ge=0, le=2**62, description="The first step.")
    last: int | None = Field(None, ge=0, le=2**62, description="The last step.")


class After(Schema):
    after: int = Field(0, ge=0, le=2**62, description="The last number that is known already.")


@router.get("/runs/{uuid:run_id}/metrics", response=schemas.Metric, summary="A curve")
def metrics(request: HttpRequest, run_id: UUID, curve: Query[Curve]) -> dict[str, Any]:
    """One metric between two steps. A metric of which nothing is known yet is empty."""
    run = find(request, run_id)
    return window(run.pk, [curve.name], curve.points, curve.first, curve.last)[curve.name].json()


@router.get("/runs/{uuid:run_id}/events", response=schemas.Events, summary="Events after a number")
def events(request: HttpRequest, run_id: UUID, after: Query[After]) -> HttpResponse:
    """The messages that the websocket /ws/runs/{id}/?after=N would send; ask again with ``last``."""
    missed = replay.since(find(request, run_id).pk, after.after)
    body = f'{{"items":[{",".join(missed.messages)}],"last":{missed.last}}}'
    return HttpResponse(body, content_type="application/json")


@router.get("/runs/{uuid:run_id}/log", response=schemas.LogLines, summary="Log lines after a number")
def log(request: HttpRequest, run_id: UUID, after: Query[After]) -> dict[str, Any]:
    run = find(request, run_id)
    entries = StreamEntry.objects.filter(run=run, type="log", seq__gt=after.after).order_by("seq")[:LOG_LINES]
    items = [_line(entry) for entry in entries]
    return {"items": items, "last": items[-1]["seq"] if items else after.after}


def _line(entry: StreamEntry) -> dict[str, Any]:
    line = {"level": "info", "code": "", "message": "", "params": {}, **words.told(entry.body)}
    return {**line, "seq": entry.seq, "time": entry.created}


@router.get(
    "/runs/{uuid:run_id}/samples.png",
    summary="Pictures of the report's rows",
    openapi_extra=schemas.file_of(
        "image/png", "One below the other; a report's block of samples says how many, and which is whose"
    ),
)
def samples(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """404 where the report shows no pictures."""
    return sheets.response(find(request, run_id), "samples")


@router.get("/runs/{uuid:run_id}/exports", response=schemas.Exports, summary="Files to download")
def exports(request: HttpRequest, run_id: UUID) -> dict[str, Any]:
    """The zip with everything first, then single files. ``proofs`` says of each format how well it matches."""
    run = find(request, run_id)
    makers = [run, *run.children.filter(kind=Kind.EXPORT)]
    return {
        "items": [_export(edge) for edge in export_files.exports(run)],
        "waiting": are_coming(run, has_unfinished=run.exports_unfinished),
        "proofs": list(_proofs(makers)),
    }


@router.post("/runs/{uuid:run_id}/exports", response={201: schemas.RunDetail}, summary="Make further formats")
def make_exports(request: HttpRequest, run_id: UUID, body: schemas.NewExports) -> Status[Any]:
    """Of every model of a run that ended well which the formats take; `waiting` says whether they are still coming."""
    run = find(request, run_id)

    def act() -> tuple[int, Any]:
        return 201, full(request, start_exports(run=run, settings={"exporters": body.exporters}))

    return Status(*once(request, person(request), act))


def _proofs(makers: list[Run]) -> Iterator[dict[str, Any]]:
    for maker in makers:
        for proof in (maker.report or {}).get("exports", []) if maker.kind == Kind.EXPORT else []:
            yield {**words.told(proof), "run": str(maker.pk)}


def _export(edge: Edge) -> dict[str, Any]:
    return {
        "id": edge.pk,
        "format": edge.meta.get("format", ""),
        "name": edge.name,
        "size": edge.artifact.size,
        "sha256": edge.artifact_id,
        "run": edge.run_id,
        "download": f"/api/v1/exports/{edge.pk}/download",
        "meta": edge.meta,
    }


@router.api_operation(
    ["GET", "HEAD"],
    "/exports/{uuid:export_id}/download",
    summary="Download a file",
    openapi_extra=schemas.file_of("application/octet-stream", "The file"),
)
def download(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    """Whole, or one range of it. The ETag is the file's SHA-256."""
    try:
        edge = export_files.export(person(request), export_id)
    except Edge.DoesNotExist:
        raise Http404 from None
    return downloads.respond(request, edge.artifact, edge.name)
