"""Runs that were queued before their data were inspected. Each worker looks now and then which need wait no longer.

The database alone says what waits, so that nothing is lost when a worker ends, and two that look at once do no harm.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from trainer.errors import TrainerError
from trainer.spec import TrainSpec, parse
from webapp.datasets.models import DatasetVersion
from webapp.runs import broker, fitting, states
from webapp.runs.lineage import add_inputs
from webapp.runs.models import Run, State
from webapp.runs.states import Reason

AT_ONCE = 20  # runs that one look settles: a worker has more to do
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
    spec, version = parse(run.spec, "train"), run.dataset_version
    assert isinstance(spec, TrainSpec) and version is not None
    try:
        complete = fitting.complete(spec, version)
    except TrainerError as error:
        states.move(run.pk, State.FAILED, reason=_reason(error))
        return
    assert version.prepared is not None
    add_inputs(run, {"prepared": version.prepared})
    states.complete(run.pk, complete.model_dump(mode="json"))
    broker.tell_workers(run.pk)


def _reason(error: TrainerError) -> Reason:
    """In the words of a refusal; a field of the spec that is to blame is named."""
    if error.field in (None, "", "dataset"):
        return Reason(error.code, error.message, error.params)
    problem = {"message": error.message, "params": error.params}
    facts = {"field": error.field, "problem": problem}
    return Reason(error.code, "The spec does not fit the data. %(field)s: %(problem)s", facts)
