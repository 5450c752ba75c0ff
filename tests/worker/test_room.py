"""Room on the disks: a reserve for the database, and runs that go on only when there is more than what they met."""

import os
import shutil
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from tests.trainer.test_journal import room_for
from tests.worker.conftest import add_attempt
from trainer.attempt import events
from trainer.attempt.journal import Journal
from webapp.accounts.models import User
from webapp.runs import states
from webapp.runs.models import Attempt, Kind, Run, State
from webapp.workers import services as workers
from webapp.workers.models import Worker
from worker import ends
from worker.agent import Agent
from worker.follow import Follower
from worker.local_attempt import LocalAttempt
from worker.room import ENOUGH, LEAST, RESERVE, Room

pytestmark = pytest.mark.django_db


class Disk:
    """Says how much is free, less what our own reserve takes."""

    def __init__(self, state: Path) -> None:
        self.reserve = state / "postgresql" / "reserve"
        self.free = RESERVE + LEAST + ENOUGH

    def usage(self, _folder: Path) -> SimpleNamespace:
        return SimpleNamespace(free=self.free - (RESERVE if self.reserve.exists() else 0))


@pytest.fixture
def disk(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Disk:
    settings.STORAGE_URL = f"file://{tmp_path}/artifacts"
    (tmp_path / "postgresql").mkdir()
    disk = Disk(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", disk.usage)
    return disk


@pytest.fixture
def worker() -> Worker:
    return workers.register(name="here", host="here", facts={}, devices=())


@pytest.fixture
def attempt(worker: Worker) -> Attempt:
    run = Run.objects.create(
        owner=User.objects.create_user("ada"), name="digits", kind=Kind.TRAIN, spec={}, devices_needed=1
    )
    assert states.begin_attempt(run.pk, 0)
    return Attempt.objects.create(run=run, number=1, worker=worker, lease_until=Now())


def state_of(attempt: Attempt) -> State:
    return State(Run.objects.get(pk=attempt.run_id).state)


def test_the_reserve_is_taken_given_and_never_counts_as_room(disk: Disk, worker: Worker, tmp_path: Path) -> None:
    room = Room(tmp_path)
    before = room.left()
    room.look(worker)
    assert disk.reserve.stat().st_size == RESERVE
    assert room.left() == before
    disk.free -= 2 * ENOUGH
    assert room.is_low()
    room.give_reserve()
    room.look(worker)
    assert room.is_low(), "what the database was given was taken for room"
    assert not disk.reserve.exists()


def test_a_worker_without_a_database_beside_it_keeps_no_reserve(disk: Disk, worker: Worker, tmp_path: Path) -> None:
    disk.reserve.parent.rmdir()
    Room(tmp_path).look(worker)
    assert not disk.reserve.parent.exists()


def test_a_run_goes_on_only_with_more_room_than_it_met(
    disk: Disk, worker: Worker, attempt: Attempt, tmp_path: Path
) -> None:
    room = Room(tmp_path)
    room.look(worker)
    states.move(attempt.run_id, State.PAUSED, attempt=1, reason=ends.DISK_FULL)
    room.look(worker)
    disk.free += ENOUGH - 1
    room.look(worker)
    assert state_of(attempt) == State.PAUSED
    disk.free += 1
    room.look(worker)
    assert state_of(attempt) == State.QUEUED


def test_a_worker_that_was_started_since_tries_a_run_once(
    disk: Disk, worker: Worker, attempt: Attempt, tmp_path: Path
) -> None:
    states.move(attempt.run_id, State.PAUSED, attempt=1, reason=ends.DISK_FULL)
    Room(tmp_path).look(worker)
    assert state_of(attempt) == State.QUEUED


@pytest.mark.parametrize(("seen", "state"), [(timedelta(0), State.PAUSED), (timedelta(hours=1), State.QUEUED)])
def test_a_run_of_a_worker_that_does_not_come_back_goes_on_where_there_is_room(
    disk: Disk, worker: Worker, attempt: Attempt, tmp_path: Path, seen: timedelta, state: State
) -> None:
    states.move(attempt.run_id, State.PAUSED, attempt=1, reason=ends.DISK_FULL)
    Worker.objects.filter(pk=worker.pk).update(seen=Now() - seen)
    elsewhere = workers.register(name="there", host="there", facts={}, devices=())
    room = Room(tmp_path)
    disk.free -= 1
    room.look(elsewhere)
    assert state_of(attempt) == State.PAUSED, "there is no room"
    disk.free += 1
    room.look(elsewhere)
    assert state_of(attempt) == state


def working(agent: Agent, name: str, size: int) -> LocalAttempt:
    """An attempt whose folder takes ``size`` bytes."""
    local = add_attempt(agent._attempts, name, agent._worker)
    local.folder.mkdir(parents=True)
    with (local.folder / "file").open("wb") as stream:
        if size:
            os.posix_fallocate(stream.fileno(), 0, size)
    return local


@pytest.mark.django_db(transaction=True)
def test_a_run_that_another_left_without_room_goes_on_when_that_one_is_gone(disk: Disk, agent: Agent) -> None:
    greedy, modest = working(agent, "greedy", 4 * ENOUGH), working(agent, "modest", 0)
    disk.free = RESERVE + LEAST - ENOUGH
    agent._look_at_disks()  # which a turn does only so often
    for local in (greedy, modest):
        local.end()
    disk.free += 4 * ENOUGH  # its folder goes now
    agent._turn()
    assert state_of(modest.row) == State.QUEUED
    assert state_of(greedy.row) == State.PAUSED, "it would fill the disk again"
    disk.free += ENOUGH
    agent._look_for_room()
    assert state_of(greedy.row) == State.QUEUED


def local_attempt(attempt: Attempt, folder: Path) -> LocalAttempt:
    follower = Follower(attempt.run_id, attempt, folder)
    return LocalAttempt(attempt.run_id, kind=Kind.TRAIN, row=attempt, folder=folder, follower=follower)


def without_room(attempt: Attempt, folder: Path) -> LocalAttempt:
    """An attempt that was given up for want of room."""
    local = local_attempt(attempt, folder)
    local.give_up(ends.DISK_FULL)
    local.end()
    return local


def settle(local: LocalAttempt) -> None:
    deadline = time.monotonic() + 20
    while not local.settle():
        assert time.monotonic() < deadline


def test_what_an_attempt_wrote_before_there_was_no_room_is_stored(attempt: Attempt, tmp_path: Path) -> None:
    """The database may have been away for an hour."""
    journal = Journal(tmp_path / "journal")
    journal.log(1, {"train/loss": 0.5})
    local = without_room(attempt, tmp_path)
    local.read_if_grown()
    assert Attempt.objects.get(pk=attempt.pk).position == 0, "not before nothing trains any more"
    settle(local)
    assert (state_of(attempt), Run.objects.get(pk=attempt.run_id).step) == (State.PAUSED, 1)


def test_a_run_whose_training_had_ended_when_there_was_no_room_is_not_paused(attempt: Attempt, tmp_path: Path) -> None:
    Journal(tmp_path / "journal").write(events.Ended(outcome="succeeded"))
    settle(without_room(attempt, tmp_path))
    assert state_of(attempt) == State.SUCCEEDED


def test_a_file_that_has_no_room_in_the_store_pauses_the_run(
    attempt: Attempt, tmp_path: Path, settings: Settings
) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:  # on another disk, so that it is copied
        settings.STORAGE_URL = f"file://{elsewhere}/artifacts"
        (tmp_path / "model").write_bytes(bytes(10_000))
        journal = Journal(tmp_path / "journal")
        journal.write(events.Output(role="export", path="model", name="model", meta={}))
        local = without_room(attempt, tmp_path)
        with room_for(5_000):
            settle(local)
    assert state_of(attempt) == State.PAUSED


def test_a_full_disk_that_has_room_again_when_the_end_can_be_stored_is_still_the_cause(
    disk: Disk, attempt: Attempt, tmp_path: Path
) -> None:
    local = local_attempt(attempt, tmp_path)
    disk.free = 0
    local.end(256)
    disk.free = RESERVE
    assert local.settle()
    run = Run.objects.get(pk=attempt.run_id)
    assert (run.state, run.reason_code) == (State.PAUSED, "disk_full")
