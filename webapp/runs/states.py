"""The states of a run: which change is legal, and the one way to make it.

A change is a conditional UPDATE whose row count tells whether it happened, so two that change a run at once cannot both
win. Who works for an attempt also gives its number, the fencing token: an attempt that was given up changes nothing.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from webapp.assets.models import Asset
from webapp.datasets.models import DatasetVersion
from webapp.runs import checkpoints, stream
from webapp.runs.models import Kind, Run, State

LEGAL: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.STARTING, State.PAUSED, State.FAILED, State.CANCELLED}),
    State.STARTING: frozenset(
        {
            State.RUNNING,
            State.STOPPING,
            State.QUEUED,
            State.PAUSED,
            State.SUCCEEDED,
            State.STOPPED,
            State.FAILED,
            State.CANCELLED,
        }
    ),
    State.RUNNING: frozenset(
        {State.STOPPING, State.QUEUED, State.PAUSED, State.SUCCEEDED, State.STOPPED, State.FAILED, State.CANCELLED}
    ),
    State.STOPPING: frozenset(
        {State.QUEUED, State.PAUSED, State.SUCCEEDED, State.STOPPED, State.FAILED, State.CANCELLED}
    ),
    State.PAUSED: frozenset({State.QUEUED, State.CANCELLED}),
    State.SUCCEEDED: frozenset(),
    State.STOPPED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}
WORKING = frozenset({State.STARTING, State.RUNNING, State.STOPPING})
FINAL = frozenset(state for state, following in LEGAL.items() if not following)


@dataclass(frozen=True)
class Reason:
    """Why a run is in its state: a code for programs, an English sentence with named gaps, and what fills them."""

    code: str = ""
    sentence: str = ""
    params: dict[str, Any] = field(default_factory=dict)


NO_REASON = Reason()


def before(to: State) -> frozenset[State]:
    """The states from which ``to`` may be entered."""
    return frozenset(state for state, following in LEGAL.items() if to in following)


def move(
    run_id: UUID,
    to: State,
    *,
    attempt: int | None = None,
    reason: Reason = NO_REASON,
    **values: Any,
) -> bool:
    """Put a run into ``to`` if that is legal now, with the stream entry that tells of it; False when nothing changed.

    With ``attempt``, only while that is the run's attempt. ``values`` are further columns.
    """
    runs = Run.objects.filter(pk=run_id, state__in=before(to))
    return _change(runs if attempt is None else runs.filter(attempt=attempt), run_id, to, reason, values)


def begin_attempt(run_id: UUID, attempt: int) -> bool:
    """Claim a queued run whose last attempt was ``attempt`` for the next one; False when somebody else was faster."""
    runs = Run.objects.filter(pk=run_id, state=State.QUEUED, attempt=attempt, awaits_data=False)
    return _change(runs, run_id, State.STARTING, NO_REASON, {"attempt": F("attempt") + 1})


def complete(run_id: UUID, spec: dict[str, Any]) -> bool:
    """Give a run that awaits its data its complete spec: from now on it waits for a worker. False if it does not."""
    runs = Run.objects.filter(pk=run_id, state=State.QUEUED, awaits_data=True)
    return _change(runs, run_id, State.QUEUED, NO_REASON, {"spec": spec, "awaits_data": False})


def owned(run_id: UUID, attempt: int) -> Run | None:
    """The run, locked until the transaction ends, if ``attempt`` works on it; None for an attempt that was given up."""
    return Run.objects.select_for_update().filter(pk=run_id, attempt=attempt, state__in=WORKING).first()


def explain(run_id: UUID, state: State, reason: Reason) -> bool:
    """Give a run that stays in ``state`` another reason, for example what it waits for; False if it has it already."""
    runs = Run.objects.filter(pk=run_id, state=state).exclude(reason_code=reason.code, reason_params=reason.params)
    return _change(runs, run_id, state, reason, {})


def _change(runs: QuerySet[Run], run_id: UUID, to: State, reason: Reason, values: dict[str, Any]) -> bool:
    if to in FINAL:
        values = {"ended": Now(), **values}
    with transaction.atomic():
        changed = runs.update(
            state=to, reason_code=reason.code, reason=reason.sentence, reason_params=reason.params, **values
        )
        if changed:
            run = Run.objects.get(pk=run_id)
            stream.record(run_id, entries=[("state", body(run))])
            if to in FINAL:
                _let_go(run)
    return bool(changed)


def _let_go(run: Run) -> None:
    """Nothing goes on from its checkpoints any more, though the last of a failed run is all that is left of its
    training; and files that it was to open are not waited for.
    """
    newest_first = list(run.checkpoints.order_by("-step"))
    checkpoints.drop(newest_first[1:] if run.state == State.FAILED else newest_first)
    if run.kind == Kind.INSPECT and run.state != State.SUCCEEDED:
        waiting = DatasetVersion.objects.filter(runs=run, state=DatasetVersion.State.INSPECTING)
        waiting.update(state=DatasetVersion.State.FAILED)
    if run.kind == Kind.INSPECT_ASSET and run.state != State.SUCCEEDED:
        Asset.objects.filter(inspection=run, state=Asset.State.INSPECTING).update(state=Asset.State.FAILED)


def await_inspection(run: Run, earlier: Run) -> None:
    """Files that could not be used are being opened once more, by another run than before."""
    Asset.objects.filter(inspection=earlier, state=Asset.State.FAILED).update(
        inspection=run, state=Asset.State.INSPECTING
    )
    DatasetVersion.objects.filter(runs=run, state=DatasetVersion.State.FAILED).update(
        state=DatasetVersion.State.INSPECTING
    )


def body(run: Run) -> dict[str, Any]:
    """What the stream says of a run's state."""

    return {
        "state": run.state,
        "reason_code": run.reason_code,
        "reason": run.reason,
        "reason_params": run.reason_params,
        "attempt": run.attempt,
        "step": run.step,
        "total_steps": run.total_steps,
    }
