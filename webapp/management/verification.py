"""Reading the whole store to see what is damaged, at a rate that leaves the disk to others, and what each
damage would cost."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from webapp.artifacts import store
from webapp.artifacts.models import Artifact, Edge, ModelVersion
from webapp.artifacts.store import MissingError
from webapp.assets.models import Asset
from webapp.datasets.models import DatasetVersion, Upload
from webapp.runs.models import Checkpoint
from webapp.runs.states import FINAL

BLOCK = 1024 * 1024
Condition = Literal["whole", "damaged", "missing", "unreadable"]


@dataclass(frozen=True)
class Finding:
    """What reading one stored file showed. ``costs`` are sentences, for a file that is not whole."""

    sha256: str
    size: int
    condition: Condition
    costs: tuple[str, ...] = ()


def verify(rate: float) -> Iterator[Finding]:
    """Read every stored file that the database knows, at most ``rate`` bytes a second. One that goes meanwhile
    is left out."""
    for sha256, size in Artifact.objects.order_by("pk").values_list("sha256", "size").iterator():
        condition = _condition(sha256, rate)
        if condition == "whole":
            yield Finding(sha256, size, condition)
        elif Artifact.objects.filter(pk=sha256).exists():
            yield Finding(sha256, size, condition, tuple(costs(sha256)))


def _condition(sha256: str, rate: float) -> Condition:
    try:
        return "whole" if _slow_hash(sha256, rate) == sha256 else "damaged"
    except MissingError:
        return "missing"
    except OSError:
        return "unreadable"


def _slow_hash(sha256: str, rate: float) -> str:
    digest, began, size = hashlib.sha256(), time.monotonic(), 0
    with store.local_path(sha256).open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
            time.sleep(max(0.0, size / rate - (time.monotonic() - began)))
    return digest.hexdigest()


def costs(sha256: str) -> Iterator[str]:
    """What is lost with a file, a sentence each."""
    for checkpoint in Checkpoint.objects.filter(artifact=sha256).select_related("run"):
        yield _of_checkpoint(checkpoint)
    for version in DatasetVersion.objects.filter(prepared=sha256).select_related("dataset"):
        if version.number is None:
            yield _("A correction of “%(name)s” that nobody has decided on: discard it, and preview it again.") % {
                "name": version.dataset.name
            }
            continue
        yield _(
            "The prepared data of “%(name)s”, version %(number)s: nothing trains on them until the data set is "
            "imported again, and unfinished runs wait."
        ) % {"name": version.dataset.name, "number": version.number}
    for version in DatasetVersion.objects.filter(thumbnails=sha256).select_related("dataset"):
        yield _("The pictures on the page of “%(name)s”: importing the data set again makes them anew.") % {
            "name": version.dataset.name
        }
    for model in ModelVersion.objects.filter(artifact=sha256).select_related("run"):
        yield _(
            "The model of the run “%(name)s”: it can be neither compressed nor exported again; its exports stay. "
            "Training it again makes it anew."
        ) % {"name": model.run.name}
    for asset in Asset.objects.filter(content=sha256):
        yield _(
            "The asset “%(name)s”: no run begins with it, and unfinished ones wait, until the same file is uploaded "
            "again."
        ) % {"name": asset.name}
    for upload in Upload.objects.filter(artifact=sha256):
        yield _("The upload “%(name)s”: it cannot be made a data set; send it again.") % {"name": upload.name}
    yield from _of_edges(sha256)


def _of_checkpoint(checkpoint: Checkpoint) -> str:
    run = checkpoint.run
    gaps = {"name": run.name, "step": checkpoint.step}
    if run.state in FINAL:
        return _("The last checkpoint, of step %(step)s, of the run “%(name)s”, which has ended.") % gaps
    older = run.checkpoints.filter(step__lt=checkpoint.step).order_by("-step").first()
    if run.checkpoints.filter(step__gt=checkpoint.step).exists():
        return (
            _("The older checkpoint, of step %(step)s, of the run “%(name)s”: nothing, while the newer one is whole.")
            % gaps
        )
    gaps["lost"] = max(run.step, checkpoint.step) - (older.step if older else 0)
    if older is None:
        return (
            _(
                "The only checkpoint, of step %(step)s, of the run “%(name)s”: it would begin anew and train %(lost)s "
                "steps again."
            )
            % gaps
        )
    gaps["older"] = older.step
    return (
        _(
            "The newest checkpoint, of step %(step)s, of the run “%(name)s”: it would go on from step %(older)s and "
            "train %(lost)s steps again."
        )
        % gaps
    )


def _of_edges(sha256: str) -> Iterator[str]:
    edges = Edge.objects.filter(artifact=sha256).select_related("run")
    for edge in edges.filter(direction=Edge.Direction.OUTPUT, role="export"):
        yield _("The download “%(file)s” of the run “%(name)s”: exporting its model again makes it anew.") % {
            "file": edge.name,
            "name": edge.run.name,
        }
    for edge in edges.filter(direction=Edge.Direction.INPUT, role__startswith="upload"):
        yield _("What was uploaded for “%(name)s”: it cannot be inspected again; send it again.") % {
            "name": edge.run.name
        }
