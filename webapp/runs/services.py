"""What makes, steers and removes runs. Each function is one transaction; workers are told of it when it has committed.

A command that needs the training process is a row that the owner's agent passes on; what does not is done at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from trainer.errors import DamagedError, TrainerError
from trainer.specs.inspect import InspectSpec
from trainer.specs.parsing import AnyDraft, parse_complete
from webapp import words
from webapp.accounts.models import User
from webapp.artifacts import removing
from webapp.artifacts.models import Artifact
from webapp.assets import references
from webapp.datasets.models import DatasetVersion
from webapp.runs import broker, fitting, states, stream
from webapp.runs.awaiting import AWAITS_DATA
from webapp.runs.lineage import add_inputs, contents, inputs_of
from webapp.runs.models import Command, Kind, Run, State
from webapp.runs.states import Reason

CommandKind = Literal["stop", "pause", "resume", "cancel"]
MOST_UNFINISHED = 10_000  # runs of one person
COMMANDS: tuple[CommandKind, ...] = get_args(CommandKind)
STEERED = (Kind.TRAIN, Kind.COMPRESS)
PAUSING = Reason("pausing", "Pauses after the step at hand.")
DISK_FULL = Reason(
    "disk_full",
    "The worker’s disk is full, or can only be read. Make room there, or mount it for writing, and this run goes on by "
    "itself from the last checkpoint.",
)
DISK_FULL_WHILE_PAUSED = Reason(
    "disk_full_while_paused",
    "Paused as was asked. The worker’s disk is full, or can only be read: make room there, or mount it for writing, "
    "before this run is resumed.",
)
INPUT_DAMAGED, INPUT_MISSING = DamagedError.CODE, "input_missing"
WAITS_FOR_INPUT = frozenset({INPUT_DAMAGED, INPUT_MISSING})  # codes of reasons for which a paused run goes on by itself
LACKS_INPUT_WHILE_PAUSED = gettext_noop(
    "Paused as was asked. The file %(file)s is damaged or missing: restore it before this run is resumed."
)
TO_EVALUATE = Reason("stop_wanted", "Waits for a device to evaluate what was trained so far.")
NOT_INSPECTED = Reason(
    "inspection_cancelled", "The inspection of these files was cancelled; send them again to have them opened."
)


class IllegalCommand(Exception):  # noqa: N818 - it reads as what happened
    """What was asked does not fit the run's state; the message says what does."""


def queue_run(
    *,
    owner: User,
    name: str,
    spec: AnyDraft,
    inputs: Mapping[str, Artifact],
    dataset_version: DatasetVersion | None = None,
    parent: Run | None = None,
    idempotency_key: str | None = None,
    awaits_data: bool = False,
) -> Run:
    """Queue a run with a validated spec and its input artifacts by role; with ``awaits_data`` they come when its data
    set is inspected.

    The same owner and idempotency key give the run that was made first.
    """
    try:
        with transaction.atomic():
            run = _queued(
                owner=owner,
                name=_clipped(name),
                spec=spec,
                dataset_version=dataset_version,
                parent=parent,
                idempotency_key=idempotency_key,
                awaits_data=awaits_data,
            )
            add_inputs(run, inputs)
            stream.record(run.pk, entries=[("state", states.body(run))])
            broker.tell_workers(run.pk)
    except IntegrityError:
        earlier = Run.objects.filter(owner=owner, idempotency_key=idempotency_key).first() if idempotency_key else None
        if earlier is None:
            raise
        return earlier
    return run


def _queued(
    *,
    owner: User,
    name: str,
    spec: AnyDraft,
    dataset_version: DatasetVersion | None,
    parent: Run | None,
    idempotency_key: str | None,
    awaits_data: bool,
) -> Run:
    reason = _first_reason(awaits_data)
    return Run.objects.create(
        owner=owner,
        name=name,
        kind=spec.kind,
        parent=parent,
        dataset_version=dataset_version,
        spec=spec.model_dump(mode="json"),
        devices_needed=spec.device_count,
        awaits_data=awaits_data,
        reason_code=reason.code,
        reason=reason.sentence,
        idempotency_key=idempotency_key,
    )


def _first_reason(awaits_data: bool) -> Reason:
    """Of a run that enters the queue."""
    return AWAITS_DATA if awaits_data else states.NO_REASON


def _clipped(name: str) -> str:
    """A name that fits its column: what is named after a run with a long name has a longer one."""
    longest = Run._meta.get_field("name").max_length or 0
    return name if len(name) <= longest else name[: longest - 1] + "…"


@transaction.atomic
def start_training(
    *, owner: User, name: str, dataset_version: DatasetVersion, spec: dict[str, Any], idempotency_key: str | None = None
) -> Run:
    """Queue a training run on a data set version; one that is being inspected is waited for.

    Raises what ``fitting.training_spec`` raises, and TrainerError for a person with too many runs.
    """
    fitted = fitting.training_spec(spec, dataset_version)
    require_bearable(owner)
    prepared, awaits_data = dataset_version.prepared, fitting.awaits_inspection(dataset_version)
    assert prepared is not None or awaits_data
    assets = references.inputs(fitted, owner)
    return queue_run(
        owner=owner,
        name=name,
        spec=fitted,
        inputs=assets if prepared is None or awaits_data else {**assets, "prepared": prepared},
        dataset_version=dataset_version,
        idempotency_key=idempotency_key,
        awaits_data=awaits_data,
    )


def require_bearable(owner: User) -> None:
    """Nobody makes all others wait behind runs without end."""
    if Run.objects.filter(owner=owner).exclude(state__in=states.FINAL).count() >= MOST_UNFINISHED:
        raise TrainerError(
            "too_many_runs",
            "So many of your runs have not ended: %(count)s. Wait for some of them, or cancel some.",
            field="",
            count=MOST_UNFINISHED,
        )


def start_inspection(
    *,
    owner: User,
    dataset_version: DatasetVersion,
    spec: InspectSpec,
    files: Sequence[Artifact],
    idempotency_key: str | None = None,
) -> Run:
    """Queue the run that opens the uploaded ``files``, which ``spec`` names in this order."""
    inputs = {f"upload:{number}": artifact for number, artifact in enumerate(files)}
    return queue_run(
        owner=owner,
        name=dataset_version.dataset.name,
        spec=spec,
        inputs=inputs,
        dataset_version=dataset_version,
        idempotency_key=idempotency_key,
    )


def command(run: Run, kind: CommandKind, by: User) -> None:
    """Do or pass on what was asked. Raises IllegalCommand with a sentence where the run's state does not allow it."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if kind in ("stop", "pause") and run.kind not in STEERED:
            raise IllegalCommand(_("This kind of run can only be cancelled."))
        {"stop": _stop, "pause": _pause, "resume": _resume, "cancel": _cancel}[kind](run)
        Command.objects.create(run=run, kind=kind, by=by)
        broker.tell_workers(run.pk)


@transaction.atomic
def retry(*, run: Run, owner: User) -> Run:
    """Queue a new run like one that has ended. Raises IllegalCommand while it has not."""
    if State(run.state) not in states.FINAL:
        raise IllegalCommand(_("This run has not ended; cancel it first, or wait."))
    if run.awaits_data and run.dataset_version is not None:
        return start_training(owner=owner, name=run.name, dataset_version=run.dataset_version, spec=run.spec)
    spec = parse_complete(run.spec)
    require_bearable(owner)
    if spec.device_count:
        fitting.require_devices(spec)
    inputs = {edge.role: edge.artifact for edge in inputs_of(run)}
    again = queue_run(
        owner=owner, name=run.name, spec=spec, inputs=inputs, dataset_version=run.dataset_version, parent=run.parent
    )
    if run.kind in (Kind.INSPECT, Kind.INSPECT_ASSET):
        states.await_inspection(again, run)
    return again


def rename(run: Run, name: str) -> bool:
    """Give a new name to a run that still has the one we know; False when somebody else was faster."""
    return bool(Run.objects.filter(pk=run.pk, name=run.name).update(name=name))


def delete(run: Run) -> None:
    """Remove a run that has ended, with its children, everything recorded of them, and files of theirs that nothing
    else refers to.

    Raises IllegalCommand.
    """
    with transaction.atomic():
        family = list(Run.objects.select_for_update().filter(pk__in=_family(run)).order_by("pk"))
        if any(State(member.state) not in states.FINAL for member in family):
            raise IllegalCommand(_("This run, or a run that belongs to it, has not ended; cancel it first."))
        members = [member.pk for member in family]
        removing.delete_on_commit(contents(members))
        Run.objects.filter(pk__in=members).delete()


def _family(run: Run) -> list[UUID]:
    members, generation = [run.pk], [run.pk]
    while generation := list(Run.objects.filter(parent__in=generation).values_list("pk", flat=True)):
        members += generation
    return members


def _stop(run: Run) -> None:
    if run.state == State.STOPPING:
        return
    if run.state in (State.QUEUED, State.PAUSED) and not run.checkpoints.exists():
        raise IllegalCommand(_("Nothing has been trained yet that could be kept; cancel this run instead."))
    if run.state == State.QUEUED:
        states.explain(run.pk, State.QUEUED, TO_EVALUATE)
    elif run.state == State.PAUSED:
        states.move(run.pk, State.QUEUED, reason=TO_EVALUATE, queued=Now())
    else:
        _require(run, states.move(run.pk, State.STOPPING))


def while_paused(reason: Reason) -> Reason:
    """The reason of a run that would go on by itself, for one that waits for a person all the same."""
    if reason.code == DISK_FULL.code:
        return DISK_FULL_WHILE_PAUSED
    if reason.code in WAITS_FOR_INPUT:
        return Reason(f"{reason.code}_while_paused", LACKS_INPUT_WHILE_PAUSED, reason.params)
    return reason


def _pause(run: Run) -> None:
    if run.state == State.PAUSED:
        reason = Reason(run.reason_code, run.reason, run.reason_params)
        states.explain(run.pk, State.PAUSED, while_paused(reason))  # from here on it waits for a person
    elif run.state == State.QUEUED:
        states.move(run.pk, State.PAUSED)
    elif run.state in (State.STARTING, State.RUNNING):
        states.explain(run.pk, State(run.state), PAUSING)
    else:
        raise _refusal(run)


def _resume(run: Run) -> None:
    if run.state in (State.STARTING, State.RUNNING) and run.reason_code == PAUSING.code:
        raise IllegalCommand(_("This run is just pausing; resume it in a moment."))
    if run.state != State.PAUSED:
        raise _refusal(run)
    states.move(run.pk, State.QUEUED, reason=_first_reason(run.awaits_data), queued=Now())


def _cancel(run: Run) -> None:
    if run.state != State.CANCELLED:
        reason = NOT_INSPECTED if run.kind in (Kind.INSPECT, Kind.INSPECT_ASSET) else states.NO_REASON
        _require(run, states.move(run.pk, State.CANCELLED, reason=reason))


def _require(run: Run, is_met: bool) -> None:
    if not is_met:
        raise _refusal(run)


def _refusal(run: Run) -> IllegalCommand:
    if State(run.state) in states.FINAL:
        return IllegalCommand(_("This run has already ended."))
    return IllegalCommand(
        _("The state of this run is “%(state)s”, which does not allow this.") % {"state": words.state(run.state)}
    )
