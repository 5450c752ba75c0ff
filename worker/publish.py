"""What an attempt made, from its folder into the store and the tables of artifacts, versions and checkpoints."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from trainer import events
from webapp.artifacts import store
from webapp.artifacts.models import Artifact, Edge, ModelVersion
from webapp.datasets.models import DatasetVersion
from webapp.runs.models import Checkpoint, Run

Published = dict[str, Artifact]
KEPT_CHECKPOINTS = 2
LARGEST_PROFILE = 16 * 1024 * 1024  # bytes of JSON that the database takes in


class PublishError(Exception):
    """A file that an event names is not there, or not one that may be published."""


def put_all(found: Sequence[events.Event], folder: Path) -> Published:
    """Store the files that the events name. Of several checkpoints only the last: the others are out of date."""
    wanted = [event.path for event in found if isinstance(event, events.Output)]
    published = {path: store.put(_inside(folder, path)) for path in wanted}
    checkpoints = [event.path for event in found if isinstance(event, events.Checkpoint)]
    for path in checkpoints[-1:]:
        try:
            published[path] = store.put(_inside(folder, path))
        except FileNotFoundError:
            continue  # training has gone on and replaced it; a later event names the newer one
    return published


def checkpoint(run: Run, event: events.Checkpoint, published: Published) -> None:
    """Offer the checkpoint to later attempts, and let go of all but the newest."""
    artifact = published.get(event.path)
    if artifact is None:
        return
    values = {"attempt": run.attempt, "artifact": artifact}
    Checkpoint.objects.update_or_create(run=run, step=event.step, defaults=values)
    for old in run.checkpoints.order_by("-step")[KEPT_CHECKPOINTS:]:
        old.delete()
        transaction.on_commit(partial(store.delete, old.artifact_id), robust=True)


def output(run: Run, event: events.Output, published: Published) -> dict[str, Any]:
    """Record a file that the run made, and what it is; returns what the browsers learn of it."""
    artifact = published[event.path]
    edge, _ = Edge.objects.update_or_create(
        run=run,
        direction=Edge.Direction.OUTPUT,
        role=event.role,
        name=event.name,
        defaults={"artifact": artifact, "meta": event.meta},
    )
    if event.role == "model":
        _model_version(run, event, artifact)
    elif run.dataset_version_id is not None and run.kind == "inspect":
        _dataset_part(run.dataset_version_id, event.role, artifact)
    return {
        "id": str(edge.pk),
        "role": event.role,
        "name": event.name,
        "sha256": artifact.sha256,
        "size": artifact.size,
        "meta": event.meta,
    }


def _model_version(run: Run, event: events.Output, artifact: Artifact) -> None:
    meta = event.meta
    report = {
        **meta.get("report", {}),
        **({"reference_stage": meta["reference_stage"]} if "reference_stage" in meta else {}),
    }
    values = {
        "artifact": artifact,
        "name": meta.get("name", run.name),
        "form": meta.get("form", "torch"),
        "report": report,
    }
    ModelVersion.objects.update_or_create(run=run, stage=meta.get("stage", 0), defaults=values)


def _dataset_part(version_id: Any, role: str, artifact: Artifact) -> None:
    version = DatasetVersion.objects.filter(pk=version_id)
    if role == "prepared":
        version.update(prepared=artifact)
    elif role == "thumbnails":
        version.update(thumbnails=artifact)
    elif role == "profile":
        version.update(profile=_json(artifact))


def _json(artifact: Artifact) -> Any:
    if artifact.size > LARGEST_PROFILE:
        raise PublishError("The profile of this data is too large to be kept.")
    text = store.local_path(artifact.sha256).read_text()
    return json.loads(text, parse_constant=lambda _name: None)  # PostgreSQL's JSON has no NaN


def _inside(folder: Path, name: str) -> Path:
    """The file that an event names; one that lies outside the attempt's folder is refused."""
    path = folder / name
    if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
        raise PublishError(f"{name} lies outside the attempt's folder.")
    return path
