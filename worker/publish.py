"""What an attempt made, from its folder into the store and the tables of artifacts, versions and checkpoints."""

import json
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from trainer import scarce
from trainer.attempt import events
from webapp.artifacts import removing, store
from webapp.artifacts.models import Artifact, Edge, ModelVersion
from webapp.assets.models import Asset
from webapp.datasets.models import DatasetVersion
from webapp.runs import checkpoints
from webapp.runs.models import Checkpoint, Run

Published = dict[str, Artifact]
KEPT_CHECKPOINTS = 2
LARGEST_PROFILE = 16 * 1024 * 1024  # bytes of JSON that the database takes in
LARGE = 8 * 1024 * 1024  # bytes; hashing and syncing more takes longer than live points of other runs may wait

_thread = ThreadPoolExecutor(1, thread_name_prefix="publish")


class PublishError(Exception):
    """A file that an event names is not there, or not one that may be published."""


class Delivery:
    """The files that events name, on their way into the store. Large ones are hashed by a thread, so that nobody waits.

    Of several checkpoints only the last is taken: the others are out of date. Raises PublishError, and OSError, for
    example for a full disk; ``discard`` belongs behind every delivery.
    """

    def __init__(self, batch: Sequence[events.Event], folder: Path) -> None:
        outputs = [event.path for event in batch if isinstance(event, events.Output)]
        checkpoints = [event.path for event in batch if isinstance(event, events.Checkpoint)][-1:]
        self._may_lack = frozenset(checkpoints).difference(outputs)
        self._sources = {path: _inside(folder, path) for path in (*outputs, *checkpoints)}
        self._brought: dict[str, store.Brought] = {}
        self._bringing: Future[None] | None = None
        if self._sources:
            store.incoming()  # here, because making it asks the database, which the thread must not
        if sum(map(_size, self._sources.values())) > LARGE:
            with scarce.starting_a_thread():
                self._bringing = _thread.submit(self._bring)
        else:
            self._bring()

    def has_arrived(self) -> bool:
        """Whether ``adopt`` has nothing to wait for. Raises what went wrong on the way."""
        if self._bringing is not None and self._bringing.done():
            self._bringing.result()
            self._bringing = None
        return self._bringing is None

    def adopt(self) -> Published:
        """Make the files artifacts, within the caller's transaction."""
        return {path: store.adopt(file.path, file.sha256, file.sums) for path, file in self._brought.items()}

    def discard(self) -> None:
        """Remove what was not adopted, as soon as it has arrived."""
        if self._bringing is not None:
            self._bringing.add_done_callback(lambda _done: self._remove())
        else:
            self._remove()

    def _bring(self) -> None:
        with ExitStack() as undo:
            undo.callback(self._remove)
            for path, source in self._sources.items():
                try:
                    self._brought[path] = store.bring(source)
                except FileNotFoundError:
                    if path not in self._may_lack:
                        raise
                    # Training has gone on and replaced this checkpoint; a later event names the newer one.
            undo.pop_all()

    def _remove(self) -> None:
        for brought in self._brought.values():
            brought.path.unlink(missing_ok=True)


def checkpoint(run: Run, event: events.Checkpoint, published: Published) -> None:
    """Offer the checkpoint to later attempts, and let go of all but the newest."""
    artifact = published.get(event.path)
    if artifact is None:
        return
    values = {"attempt": run.attempt, "artifact": artifact}
    earlier = run.checkpoints.filter(step=event.step).exclude(artifact=artifact)
    removing.delete_on_commit(
        earlier.values_list("artifact", flat=True)
    )  # of the stage before, or of an attempt that was killed
    Checkpoint.objects.update_or_create(run=run, step=event.step, defaults=values)
    checkpoints.drop(list(run.checkpoints.order_by("-step")[KEPT_CHECKPOINTS:]))


def output(run: Run, event: events.Output, published: Published) -> dict[str, Any]:
    """Record a file that the run made, and what it is; returns what the browsers learn of it."""
    artifact = published[event.path]
    earlier = run.edges.filter(direction=Edge.Direction.OUTPUT, role=event.role, name=event.name).exclude(
        artifact=artifact
    )
    removing.delete_on_commit(earlier.values_list("artifact", flat=True))  # what an attempt that was killed had made
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
    elif run.kind == "inspect_asset":
        _asset_part(Asset.objects.filter(inspection=run), event.role, artifact)
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
    values = {
        "artifact": artifact,
        "name": meta.get("name", run.name),
        "form": meta.get("form", "torch"),
        "report": meta.get("report", {}),
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


def _asset_part(asset: QuerySet[Asset], role: str, artifact: Artifact) -> None:
    if role == "prepared":
        asset.update(content=artifact)
    elif role == "profile":
        profile = _json(artifact)
        asset.update(profile=profile, kind=profile["kind"])


def _json(artifact: Artifact) -> Any:
    if artifact.size > LARGEST_PROFILE:
        raise PublishError("The profile of this data is too large to be kept.")
    return json.loads(store.read(artifact.sha256), parse_constant=lambda _name: None)  # PostgreSQL's JSON has no NaN


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _inside(folder: Path, name: str) -> Path:
    """The file that an event names; one that lies outside the attempt's folder is refused."""
    path = folder / name
    if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
        raise PublishError(f"{name} lies outside the attempt's folder.")
    return path
