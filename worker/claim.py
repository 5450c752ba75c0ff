"""Taking a waiting run and its devices, oldest first. The database decides who gets what."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from webapp.runs import states
from webapp.runs.models import Attempt, Kind, Run, State
from webapp.runs.states import Reason
from webapp.workers.models import Device, Worker
from webapp.workers.queries import heard_of, most_devices

# How long a machine may be silent before its runs go to others. The same on all machines of one database.
LEASE = timedelta(seconds=float(os.environ.get("TRAINYARD_LEASE_SECONDS", "15")))
# Those that need no device: no kind keeps another waiting.
LIGHT_AT_ONCE = {Kind.PREVIEW: 2, Kind.INSPECT: 2, Kind.INSPECT_ASSET: 2, Kind.EXPORT: 2}
LOOK_AHEAD = 20
KINDS = ("cuda", "cpu")  # of devices, the preferred one first
WAITS_FOR_MACHINE = Reason(
    "waiting_for_machine",
    "Waits for a machine with %(needed)s devices of one kind: the largest that is running has %(devices)s.",
)
WAITS_FOR_TURN = Reason("waiting_for_turn", "Waits until the worker has finished others of its kind.")
WAITS_FOR_STORE = Reason(
    "waiting_for_store",
    "Waits for the stored files: they are out of reach. Mount their disk, and this run starts by itself.",
)
WAITS_FOR_ROOM = Reason(
    "waiting_for_room",
    "Waits for room: the worker’s disk is full, or can only be read. Make room there, or mount it for writing, and "
    "this run starts by itself.",
)


@dataclass(frozen=True)
class Claim:
    """A run that is ours now, and the devices of its ranks."""

    run: Run
    attempt: Attempt
    devices: tuple[str, ...]


@dataclass(frozen=True)
class Waiting:
    id: UUID
    attempt: int
    devices_needed: int


@dataclass(frozen=True)
class Lane:
    """The runs that get one kind of this machine's devices: those that need at least ``fewest`` and
    at most ``most``.
    """

    kind: str
    fewest: int
    most: int

    def waiting(self) -> Sequence[Waiting]:
        return _waiting(Run.objects.filter(devices_needed__gte=self.fewest, devices_needed__lte=self.most), LOOK_AHEAD)


def claim_next(worker: Worker, counts: Counter[Kind]) -> Claim | None:
    """Claim the oldest waiting run that this machine can take now, holding so many of each kind.

    A run that must wait for devices is not overtaken by a younger one that needs fewer of the same kind, or it would
    wait for ever.
    """
    for kind, limit in LIGHT_AT_ONCE.items():
        for waiting in _light(kind):
            if counts[kind] >= limit:
                states.explain(waiting.id, State.QUEUED, WAITS_FOR_TURN)
            elif (claim := _claim(worker, waiting)) is not None:
                return claim
    claims = (_claim_first(worker, lane) for lane in _lanes(worker))
    return next((claim for claim in claims if claim is not None), None)


def explain(worker: Worker, reason: Reason) -> None:
    """Tell the runs that come next why nobody takes them: this machine cannot, and no other machine is alive."""
    if not Worker.objects.exclude(pk=worker.pk).filter(heard_of(LEASE)).exists():
        first = [waiting for lane in _lanes(worker) for waiting in lane.waiting()[:1]]
        for waiting in (*chain.from_iterable(map(_light, LIGHT_AT_ONCE)), *first):
            states.explain(waiting.id, State.QUEUED, reason)


def explain_too_large() -> None:
    """Tell the first of the runs that need more devices than any machine has that is running now, and those that
    did no more.
    """
    devices = most_devices(heard_of(LEASE, "worker__")) or 0
    for waiting in _waiting(Run.objects.filter(devices_needed__gt=devices), LOOK_AHEAD):
        facts = {"needed": waiting.devices_needed, "devices": devices}
        states.explain(waiting.id, State.QUEUED, Reason(WAITS_FOR_MACHINE.code, WAITS_FOR_MACHINE.sentence, facts))
    for waiting in _waiting(
        Run.objects.filter(devices_needed__lte=devices, reason_code=WAITS_FOR_MACHINE.code), LOOK_AHEAD
    ):
        states.explain(waiting.id, State.QUEUED, states.NO_REASON)


def _lanes(worker: Worker) -> list[Lane]:
    """A run gets the first of the kinds of which the machine has enough, so no two kinds wait for each other."""
    names = [name.partition(":")[0] for name in worker.devices.values_list("name", flat=True)]
    lanes, fewest = [], 1
    for kind in KINDS:
        if (count := names.count(kind)) >= fewest:
            lanes.append(Lane(kind, fewest, count))
            fewest = count + 1
    return lanes


def _claim_first(worker: Worker, lane: Lane) -> Claim | None:
    """Claim the oldest run of the lane, or a younger one where somebody else has that one."""
    for waiting in lane.waiting():
        claim = _claim(worker, waiting, lane.kind)
        if claim is not None or _still_waits(waiting):
            return claim
    return None


def _light(kind: Kind) -> Sequence[Waiting]:
    """The first that wait of a kind; more than one, because another machine may be faster."""
    return _waiting(Run.objects.filter(kind=kind), LIGHT_AT_ONCE[kind])


def _waiting(runs: QuerySet[Run], count: int) -> list[Waiting]:
    rows = runs.filter(state=State.QUEUED, awaits_data=False)
    return [
        Waiting(*row) for row in rows.order_by("queued", "id").values_list("id", "attempt", "devices_needed")[:count]
    ]


def _claim(worker: Worker, waiting: Waiting, kind: str = "") -> Claim | None:
    with transaction.atomic():
        devices = _free_devices(worker, kind, waiting.devices_needed)
        if devices is None or not states.begin_attempt(waiting.id, waiting.attempt):
            return None
        names = tuple(device.name for device in devices)
        attempt = Attempt.objects.create(
            run_id=waiting.id,
            number=waiting.attempt + 1,
            worker=worker,
            lease_until=Now() + LEASE,
            placement=list(names),
        )
        Device.objects.filter(pk__in=[device.pk for device in devices]).update(attempt=attempt)
        return Claim(Run.objects.get(pk=waiting.id), attempt, names or ("cpu:0",))


def _free_devices(worker: Worker, kind: str, count: int) -> list[Device] | None:
    """Free devices of one kind, locked; None when there are too few."""
    if count == 0:
        return []
    free = worker.devices.filter(attempt=None, name__startswith=f"{kind}:").order_by("pk")
    locked = list(free.select_for_update(skip_locked=True)[:count])
    return locked if len(locked) == count else None


def _still_waits(waiting: Waiting) -> bool:
    """Whether the run goes on waiting, and is told for what; False when somebody else has it."""
    reason = Reason(
        "waiting_for_devices", "Free devices that it waits for: %(needed)s.", {"needed": waiting.devices_needed}
    )
    states.explain(waiting.id, State.QUEUED, reason)
    return Run.objects.filter(pk=waiting.id, state=State.QUEUED, attempt=waiting.attempt).exists()
