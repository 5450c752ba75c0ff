"""Who of those that wait is taken next."""

from collections import Counter

import pytest

from webapp.accounts.models import User
from webapp.runs.models import Kind, Run, State
from webapp.runs.states import begin_attempt
from webapp.workers import services as workers
from webapp.workers.models import Worker
from worker.claim import WAITS_FOR_ROOM, claim_next, explain, explain_too_large
from worker.devices import LocalDevice

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("ada")


def machine(*names: str) -> Worker:
    return workers.register(
        name="here", host="here", facts={}, devices=[LocalDevice(name, "a device") for name in names]
    )


def queued(owner: User, name: str, devices: int) -> Run:
    return Run.objects.create(owner=owner, name=name, kind=Kind.TRAIN, spec={}, devices_needed=devices)


def taken(worker: Worker) -> tuple[str, tuple[str, ...]] | None:
    """The name of the run that is taken next, and its devices."""
    claim = claim_next(worker, Counter())
    return None if claim is None else (claim.run.name, claim.devices)


def test_a_run_that_waits_for_a_gpu_keeps_none_waiting_that_needs_processors(owner: User) -> None:
    worker = machine("cuda:0", "cpu:0", "cpu:1", "cpu:2")
    for name, devices in (("first", 1), ("waits", 1), ("two ranks", 2)):
        queued(owner, name, devices)
    assert taken(worker) == ("first", ("cuda:0",))
    assert taken(worker) == ("two ranks", ("cpu:0", "cpu:1"))
    assert taken(worker) is None
    waits = Run.objects.get(name="waits")
    assert (waits.state, waits.reason_code) == (State.QUEUED, "waiting_for_devices")


def test_a_run_that_waits_for_processors_keeps_none_waiting_that_needs_a_gpu(owner: User) -> None:
    worker = machine("cuda:0", "cpu:0", "cpu:1")
    for name, devices in (("first", 2), ("waits", 2), ("one rank", 1)):
        queued(owner, name, devices)
    assert {taken(worker), taken(worker)} == {("first", ("cpu:0", "cpu:1")), ("one rank", ("cuda:0",))}
    assert taken(worker) is None


def test_a_run_that_needs_many_devices_is_not_overtaken_by_one_that_needs_fewer(owner: User) -> None:
    worker = machine("cpu:0", "cpu:1", "cpu:2")
    for name, devices in (("first", 2), ("waits", 2), ("younger", 1)):
        queued(owner, name, devices)
    assert taken(worker) == ("first", ("cpu:0", "cpu:1"))
    assert taken(worker) is None


def test_a_run_that_needs_more_devices_than_there_are_is_left_to_other_machines(owner: User) -> None:
    worker = machine("cuda:0", "cpu:0", "cpu:1")
    for name, devices in (("huge", 3), ("small", 2)):
        queued(owner, name, devices)
    assert taken(worker) == ("small", ("cpu:0", "cpu:1"))
    assert taken(worker) is None
    assert Run.objects.get(name="huge").reason_code == ""


def test_a_run_that_needs_more_devices_than_any_machine_that_runs_is_told_what_it_waits_for(owner: User) -> None:
    machine("cpu:0", "cpu:1")
    big = workers.register(
        name="big", host="big", facts={}, devices=[LocalDevice(f"cuda:{n}", "a GPU") for n in range(8)]
    )
    queued(owner, "huge", 3)
    queued(owner, "small", 2)
    explain_too_large()
    assert not Run.objects.exclude(reason_code=""), "the big one is there"
    workers.farewell(big)
    explain_too_large()
    huge = Run.objects.get(name="huge")
    assert (huge.reason_code, huge.reason_params) == ("waiting_for_machine", {"needed": 3, "devices": 2})
    assert Run.objects.get(name="small").reason_code == ""
    workers.heartbeat(big, {})
    explain_too_large()
    assert Run.objects.get(name="huge").reason_code == ""


def test_the_next_run_for_each_kind_of_device_is_told_that_the_disk_is_full(owner: User) -> None:
    worker = machine("cuda:0", "cpu:0", "cpu:1")
    for name, devices in (("one rank", 1), ("two ranks", 2), ("later", 2)):
        queued(owner, name, devices)
    explain(worker, WAITS_FOR_ROOM)
    explained = Run.objects.filter(reason_code=WAITS_FOR_ROOM.code)
    assert set(explained.values_list("name", flat=True)) == {"one rank", "two ranks"}


def test_exports_that_take_long_keep_no_inspection_waiting(owner: User) -> None:
    worker = machine("cpu:0")
    counts = Counter({Kind.EXPORT: 2})
    for kind in (Kind.EXPORT, Kind.INSPECT):
        Run.objects.create(owner=owner, name=kind, kind=kind, spec={}, devices_needed=0)
    claim = claim_next(worker, counts)
    assert claim is not None
    assert claim.run.kind == Kind.INSPECT
    assert claim_next(worker, counts) is None
    assert Run.objects.get(kind=Kind.EXPORT).reason_code == "waiting_for_turn"
    assert claim_next(worker, Counter()) is not None


def test_a_run_whose_data_are_not_inspected_is_neither_taken_nor_told_another_reason_and_keeps_none_waiting(
    owner: User,
) -> None:
    worker = machine("cpu:0")
    waits = queued(owner, "waits", 1)
    Run.objects.filter(pk=waits.pk).update(awaits_data=True, reason_code="waiting_for_inspection")
    queued(owner, "younger", 1)
    explain(worker, WAITS_FOR_ROOM)
    explain_too_large()
    assert taken(worker) == ("younger", ("cpu:0",))
    assert not begin_attempt(waits.pk, 0)
    assert Run.objects.get(name="waits").reason_code == "waiting_for_inspection"
