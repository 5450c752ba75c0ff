"""Runs that were queued before their data were inspected. Each worker looks now and then which need wait no longer.

The database alone says what waits, so that nothing is lost when a worker ends, and two that look at once do no harm.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from pydantic import ValidationError

from trainer import mistakes
from trainer.errors import TrainerError
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft
from webapp.datasets.models import DatasetVersion
from webapp.runs import broker, fitting, states
from webapp.runs.lineage import add_inputs
from webapp.runs.models import Run, State
from webapp.runs.states import Reason

AT_ONCE = 5  # runs that one look settles, each in about 10 ms: the points of others wait meanwhile
AWAITS_DATA = Reason("waiting_for_inspection", "Waits until the data set is inspected.")


def settle() -> None:
    """Complete the first of the runs whose data are inspected by now, or let them fail with what does not fit."""
    for run_id in _settleable().order_by("queued", "id").values_list("pk", flat=True)[:AT_ONCE]:
        with transaction.atomic():
            _settle(run_id)


def _settleable() -> QuerySet[Run]:
    awaiting = Run.objects.filter(state=State.QUEUED, awaits_data=True)
    return awaiting.exclude(dataset_version__state=DatasetVersion.State.INSPECTING)


def _settle(run_id: UUID) -> None:
    locked = _settleable().select_related("dataset_version__dataset").select_for_update(skip_locked=True, of=("self",))
    run = locked.filter(pk=run_id).first()
    if run is None:
        return  # somebody was faster
    assert run.dataset_version is not None
    try:
        _complete(run, run.dataset_version)
    except TrainerError as error:
        states.move(run.pk, State.FAILED, reason=_misfit(error))
    except ValidationError as error:  # another release queued it
        states.move(run.pk, State.FAILED, reason=_unreadable(error, run.spec))
    broker.tell_workers(run.pk)  # who looks again, for it may be one of many


def _complete(run: Run, version: DatasetVersion) -> None:
    """Raises TrainerError where the spec does not fit, and pydantic's ValidationError where it is
    none of this release.
    """
    spec = parse(run.spec, "train")
    assert isinstance(spec, TrainDraft)
    complete = fitting.complete(spec, version)
    assert version.prepared is not None
    add_inputs(run, {"prepared": version.prepared})
    states.complete(run.pk, complete.model_dump(mode="json"))


def _misfit(error: TrainerError) -> Reason:
    """In the words of a refusal; a field of the spec that is to blame is named."""
    if error.field in (None, "", "dataset"):
        return Reason(error.code, error.message, error.params)
    facts = {"field": error.field, "problem": {"message": error.message, "params": error.params}}
    return Reason(error.code, "The spec does not fit the data. %(field)s: %(problem)s", facts)


def _unreadable(error: ValidationError, spec: dict[str, Any]) -> Reason:
    mistake = mistakes.of(error.errors(include_url=False), spec)[0]
    facts = {"field": mistake.field, "problem": {"message": mistake.message, "params": dict(mistake.params)}}
    return Reason("spec_unreadable", "This release of Trainyard cannot read the spec. %(field)s: %(problem)s", facts)
