"""Preview runs: what cleaning and augmentation make of a data set. A person has one at a time, and they are no run that
anybody looks for later."""

from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from trainer.previewing.report import Preview
from trainer.specs.preview import PreviewSpec
from trainer.specs.train import TrainDraft
from webapp.accounts.access import visible
from webapp.accounts.models import User
from webapp.assets import references
from webapp.datasets.models import DatasetVersion
from webapp.runs import services, states
from webapp.runs.models import Kind, Run, State
from webapp.runs.services import IllegalCommand

SHEET = "sheet"  # the role of pictures as augmentation varies them


@transaction.atomic
def start(*, owner: User, version: DatasetVersion, spec: TrainDraft) -> Run:
    """The preview of a complete spec on inspected data: the one that the person has, if it is of the same, or a new one
    in place of it.
    """
    assert version.prepared is not None, "data that are inspected"
    preview = PreviewSpec.of(spec)
    earlier = list(Run.objects.filter(owner=owner, kind=Kind.PREVIEW).order_by("-id"))
    same = next((run for run in earlier if _is_of(run, version, preview)), None)
    for run in earlier:
        if run is not same:
            _remove(run, owner)
    return same or services.queue_run(
        owner=owner,
        name=_("Preview of %(data)s") % {"data": version.dataset.name},
        spec=preview,
        inputs={**references.inputs(preview, owner), "prepared": version.prepared},
        dataset_version=version,
    )


def _is_of(run: Run, version: DatasetVersion, spec: PreviewSpec) -> bool:
    alive = State(run.state) not in states.FINAL or run.state == State.SUCCEEDED
    return alive and run.dataset_version_id == version.pk and run.spec == spec.model_dump(mode="json")


def _remove(run: Run, owner: User) -> None:
    """One that has not ended is cancelled, and removed with the next."""
    with suppress(IllegalCommand):  # somebody was faster, or its processes have yet to end
        if State(run.state) in states.FINAL:
            services.delete(run)
        else:
            services.command(run, "cancel", owner)


def find(user: User, run_id: UUID) -> Run:
    """A preview that the person may see. Raises Http404."""
    return get_object_or_404(visible(Run.objects.filter(kind=Kind.PREVIEW), user), pk=run_id)


def result(run: Run) -> Preview | None:
    """What it found; None while it has not."""
    return Preview.model_validate(run.report, strict=False) if run.report else None
