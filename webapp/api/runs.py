"""/runs: posted, steered, and listed."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Status

from webapp import names, words
from webapp.accounts.access import visible
from webapp.accounts.authentication import person
from webapp.api import editing, schemas
from webapp.api.datasets import named_version
from webapp.api.paging import Page, Paging, page
from webapp.assets import queries as asset_queries
from webapp.idempotency.keys import once
from webapp.metrics import reading
from webapp.runs import compressing, exports, queries, services
from webapp.runs.headline import headline
from webapp.runs.models import Kind, Measure, Run, State

router = Router(tags=["Runs"])
SORTS = {"created": "id", "name": "name", "state": "state"}


@router.get("", response=Page[schemas.Run], summary="List runs")
def index(
    request: HttpRequest,
    paging: Query[Paging],
    name: str = "",
    state: State | None = None,
    kind: Kind | None = None,
    dataset: UUID | None = None,
    parent: UUID | None = None,
) -> dict[str, Any]:
    """Newest first unless sorted by `name`, `state` or one of the `scores`, such as `-test/accuracy`; those without
    that score come last. `name` keeps those whose name contains it.
    """
    conditions = {
        "state": state,
        "kind": kind,
        "dataset_version__dataset": dataset,
        "parent": parent,
        "name__icontains": name or None,
    }
    rows = _rows(request).defer("report", "dataset_version__profile", "parent__report")
    rows = rows.filter(**{column: value for column, value in conditions.items() if value is not None})
    filters = dict.fromkeys(("name", "state", "kind", "dataset", "parent"))
    measure = paging.sort.removeprefix("-")
    if measure in SORTS:
        return page(request, rows, paging, sorts=SORTS, filters=filters, shown=brief)
    rows = queries.scored(rows, measure)
    sorts = {**SORTS, **dict.fromkeys(Measure.objects.values_list("name", flat=True), "score")}
    return page(request, rows, paging, sorts=sorts, filters=filters, shown=brief, optional=["score"])


def _rows(request: HttpRequest) -> QuerySet[Any]:
    """Runs with what is told of each in a list."""
    runs = Run.objects.annotate(digest=queries.DIGEST, exports_unfinished=queries.EXPORTS_UNFINISHED)
    return visible(runs.select_related("dataset_version", "parent").prefetch_related("scores"), person(request))


@router.post("", response={201: schemas.RunDetail}, summary="Start a training run")
def create(request: HttpRequest, body: schemas.NewRun) -> Status[Any]:
    """Trains on the newest version of the data set that is ready, or on the one that is named. One that is
    still inspected is waited for: the run starts by itself, or fails with what does not fit. 409 where the
    inspection has failed.

    Fields at fault are named as in the spec.
    """

    def act() -> tuple[int, Any]:
        version = named_version(request, body.dataset, body.version)
        run = services.start_training(
            owner=person(request),
            name=names.shown(body.name) or version.dataset.name,
            dataset_version=version,
            spec=body.spec,
        )
        return 201, full(request, run.pk)

    return Status(*once(request, person(request), act))


@router.get("/{uuid:run_id}", response=schemas.RunDetail, summary="One run")
def detail(request: HttpRequest, run_id: UUID, response: HttpResponse) -> dict[str, Any]:
    description = full(request, run_id)
    response["ETag"] = editing.etag(description["name"])
    return description


@router.patch("/{uuid:run_id}", response=schemas.RunDetail, summary="Rename a run")
def rename(request: HttpRequest, run_id: UUID, body: schemas.Rename, response: HttpResponse) -> dict[str, Any]:
    """Needs the ETag as ``If-Match``."""
    editing.rename(request, find(request, run_id), services.rename, body.name)
    return detail(request, run_id, response)


@router.delete("/{uuid:run_id}", response={204: None}, summary="Delete a run")
def delete(request: HttpRequest, run_id: UUID) -> Status[None]:
    """With its compressions and exports, for good. Refused while one of them has not ended."""
    services.delete(find(request, run_id))
    return Status(204, None)


@router.post("/{uuid:run_id}/stop", response={202: schemas.RunDetail}, summary="Stop a run")
def stop(request: HttpRequest, run_id: UUID) -> Status[Any]:
    """Finishes the step, evaluates and exports what was trained so far."""
    return _command(request, run_id, "stop")


@router.post("/{uuid:run_id}/cancel", response={202: schemas.RunDetail}, summary="Cancel a run")
def cancel(request: HttpRequest, run_id: UUID) -> Status[Any]:
    """Ends it and discards what was trained."""
    return _command(request, run_id, "cancel")


@router.post("/{uuid:run_id}/pause", response={202: schemas.RunDetail}, summary="Pause a run")
def pause(request: HttpRequest, run_id: UUID) -> Status[Any]:
    """Writes a checkpoint and gives the devices back."""
    return _command(request, run_id, "pause")


@router.post("/{uuid:run_id}/resume", response={202: schemas.RunDetail}, summary="Resume a paused run")
def resume(request: HttpRequest, run_id: UUID) -> Status[Any]:
    """Goes on exactly where it was paused, when devices are free."""
    return _command(request, run_id, "resume")


def _command(request: HttpRequest, run_id: UUID, kind: services.CommandKind) -> Status[Any]:
    services.command(find(request, run_id), kind, person(request))
    return Status(202, full(request, run_id))


@router.post("/{uuid:run_id}/compress", response={201: schemas.RunDetail}, summary="Compress a run's model")
def compress(request: HttpRequest, run_id: UUID, body: schemas.NewCompression) -> Status[Any]:
    """A child run that makes the model smaller, stage after stage."""
    run = find(request, run_id)
    settings: dict[str, Any] = {} if body.stages is None else {"stages": body.stages}

    def act() -> tuple[int, Any]:
        child = compressing.start_compression(
            owner=person(request), run=run, settings=settings, name=names.shown(body.name)
        )
        return 201, full(request, child.pk)

    return Status(*once(request, person(request), act))


@router.post("/{uuid:run_id}/retry", response={201: schemas.RunDetail}, summary="Run it again")
def retry(request: HttpRequest, run_id: UUID) -> Status[Any]:
    """A new run with the same spec and inputs as one that has ended."""
    run = find(request, run_id)

    def act() -> tuple[int, Any]:
        return 201, full(request, services.retry(run=run, owner=person(request)).pk)

    return Status(*once(request, person(request), act))


def find(request: HttpRequest, run_id: UUID) -> Any:
    """The run, or 404 for one that is not there or not to be seen."""
    run = _rows(request).filter(pk=run_id).first()
    if run is None:
        raise Http404
    return run


def brief(run: Any) -> dict[str, Any]:
    """Of one of ``_rows``."""
    version = run.dataset_version
    return {
        "id": run.pk,
        "name": run.name,
        "kind": run.kind,
        "state": run.state,
        "reason_code": run.reason_code,
        "reason": words.sentence(run.reason, run.reason_params),
        "reason_params": run.reason_params,
        "headline": headline(run),
        "scores": {score.measure_id: score.value for score in run.scores.all()},
        "exports_coming": exports.are_coming(run, has_unfinished=run.exports_unfinished),
        "dataset": version.dataset_id if version else None,
        "dataset_version": run.dataset_version_id,
        "parent": run.parent_id,
        "attempt": run.attempt,
        "step": run.step,
        "total_steps": run.total_steps,
        "steps_per_epoch": run.steps_per_epoch,
        "created": run.created,
        "queued": run.queued,
        "started": run.started,
        "ended": run.ended,
    }


def full(request: HttpRequest, run_id: UUID) -> dict[str, Any]:
    run = find(request, run_id)
    children = _rows(request).filter(parent=run).order_by("id")
    return {
        **brief(run),
        "spec": run.spec,
        "report": words.told(run.report),
        "metrics": reading.names(run.pk),
        "seq": run.stream,
        "assets": [asset.pk for asset in asset_queries.of_run(run)],
        "children": [brief(child) for child in children],
    }
