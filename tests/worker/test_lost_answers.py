"""Nothing is stored twice or forgotten when the line to the database breaks during a commit, or a machine is lost for
good.
"""

import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.models import F
from django.db.models.functions import Now

from tests.worker.conftest import read_all
from tests.worker.line import Line
from tests.worker.test_follower import follower
from trainer.attempt import events
from trainer.attempt.journal import Journal, end_of
from webapp.metrics.window import window
from webapp.runs import states
from webapp.runs.models import Attempt, Run, State
from webapp.workers import services as workers
from webapp.workers.models import Device
from worker import ends, sweep
from worker.devices import LocalDevice
from worker.follow import FencedError
from worker.judge import SAME_STEP_LOSSES

pytestmark = pytest.mark.django_db(transaction=True)

ANYTHING = b""
COMMIT = b"COMMIT"
LOOKED_LONG_ENOUGH = sweep.Leases(patience=0)
HOUR = timedelta(hours=1)


def losses(run: Run) -> list[tuple[int, float]]:
    part = window(run.pk, ["train/loss"], points=100)["train/loss"].shown
    return list(zip(part.steps.tolist(), part.values.tolist(), strict=True))


@pytest.mark.parametrize("arrives", [True, False], ids=["answer lost", "commit lost"])
@pytest.mark.parametrize("word", [ANYTHING, COMMIT], ids=["points alone", "points and an event"])
def test_a_line_that_breaks_during_a_commit_neither_doubles_nor_loses(
    attempt: Attempt, folder: Path, line: Line, word: bytes, arrives: bool
) -> None:
    journal, reader = Journal(folder / "journal"), follower(attempt, folder)
    journal.write(events.Started(step=0, total_steps=9, steps_per_epoch=9, placement=("cpu:0",)))
    for step in (1, 2):
        journal.log(step, {"train/loss": 1 / step})
        assert reader.follow()
    journal.log(3, {"train/loss": 1 / 3})
    if word == COMMIT:
        journal.write(events.Log(level="info", message="Epoch %(n)s.", params={"n": 1}))
    line.cut_at(word, arrives=arrives)
    with pytest.raises(OperationalError):
        reader.follow()
    assert line.was_cut
    connection.close()
    assert reader.follow() is not arrives
    journal.log(4, {"train/loss": 1 / 4})
    assert reader.follow()
    assert losses(attempt.run) == [(step, 1 / step) for step in (1, 2, 3, 4)]
    assert attempt.run.entries.filter(type="log").count() == (word == COMMIT)
    assert Attempt.objects.get(pk=attempt.pk).position == end_of(folder / "journal")


@pytest.mark.parametrize("arrives", [True, False], ids=["answer lost", "commit lost"])
def test_an_end_whose_commit_was_not_answered_is_known_afterwards(
    attempt: Attempt, folder: Path, line: Line, arrives: bool
) -> None:
    journal, reader = Journal(folder / "journal"), follower(attempt, folder)
    journal.write(events.Ended(outcome="succeeded"))
    line.cut_at(COMMIT, arrives=arrives)
    with pytest.raises(OperationalError):
        reader.follow()
    connection.close()
    read_all(reader)
    assert reader.finished
    assert Run.objects.get(pk=attempt.run_id).state == State.SUCCEEDED


def test_an_attempt_that_was_deleted_meanwhile_is_left(attempt: Attempt, folder: Path, line: Line) -> None:
    journal, reader = Journal(folder / "journal"), follower(attempt, folder)
    journal.write(events.Log(level="info", message="Hello."))
    line.cut_at(COMMIT, arrives=False)
    with pytest.raises(OperationalError):
        reader.follow()
    connection.close()
    Run.objects.filter(pk=attempt.run_id).delete()
    with pytest.raises(FencedError):
        reader.follow()


def test_a_machine_that_fell_silent_while_it_holds_a_run_keeps_no_other_waiting(attempt: Attempt) -> None:
    other = workers.register(name="other", host="other", facts={}, devices=[])
    silent = connection.copy()
    with closing(silent), silent.cursor() as cursor:
        silent.set_autocommit(False)
        cursor.execute("SELECT 1 FROM runs_run WHERE id = %s FOR UPDATE", [attempt.run_id])
        with connection.cursor() as ours:
            ours.execute("SET lock_timeout = '2s'")  # this test then fails instead of hanging
        LOOKED_LONG_ENOUGH.expire(other)
        assert Attempt.objects.get(pk=attempt.pk).ended is None
        silent.rollback()
    LOOKED_LONG_ENOUGH.expire(other)
    assert Run.objects.get(pk=attempt.run_id).state == State.QUEUED
    connection.close()


@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])
def test_a_lease_runs_out_when_nobody_renews_it_and_not_when_the_database_s_clock_jumps(
    attempt: Attempt, jump: timedelta
) -> None:
    other, leases = workers.register(name="other", host="other", facts={}, devices=[]), sweep.Leases(patience=0.3)
    own = Attempt.objects.filter(pk=attempt.pk)
    until = time.monotonic() + 1
    while time.monotonic() < until:
        sweep.renew_leases([attempt.pk])
        own.update(lease_until=F("lease_until") - jump)  # as it looks when the clock has jumped since
        leases.expire(other)
        time.sleep(0.05)
    assert own.get().ended is None
    time.sleep(0.3)
    leases.expire(other)
    assert Run.objects.get(pk=attempt.run_id).state == State.QUEUED


def test_locks_of_a_machine_that_fell_silent_are_given_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("20s",)


def test_a_machine_that_is_lost_for_good_loses_its_unfollowed_tail_and_nothing_else(
    attempt: Attempt, folder: Path
) -> None:
    lost = workers.register(name="lost", host="lost", facts={}, devices=[LocalDevice("cpu:0", "a processor")])
    other = workers.register(name="other", host="other", facts={}, devices=[])
    Attempt.objects.filter(pk=attempt.pk).update(worker=lost)
    Device.objects.filter(worker=lost).update(attempt=attempt)
    journal, reader = Journal(folder / "journal"), follower(attempt, folder)
    for step in range(1, 7):
        journal.log(step, {"train/loss": float(step)})
    read_all(reader)
    journal.log(7, {"train/loss": 7.0})  # the machine is lost before anybody reads this

    LOOKED_LONG_ENOUGH.expire(other)
    run = Run.objects.get(pk=attempt.run_id)
    assert (run.state, run.reason_code, run.step) == (State.QUEUED, ends.WORKER_LOST.code, 6)
    assert Attempt.objects.get(pk=attempt.pk).exits == {"cause": "worker_lost", "signal": "", "step": 6, "ranks": []}
    assert not Device.objects.exclude(attempt=None).exists()

    assert states.begin_attempt(run.pk, 1)
    second = Attempt.objects.create(run=run, number=2, worker=other, lease_until=Now())
    elsewhere = folder.with_name("elsewhere")
    elsewhere.mkdir()
    journal = Journal(elsewhere / "journal")
    journal.write(events.Rewind(step=4))
    journal.log(5, {"train/loss": 50.0})
    read_all(follower(second, elsewhere))
    with pytest.raises(FencedError):  # the machine is back after all
        reader.follow()
    assert losses(run) == [(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0), (5, 50.0)]
    assert run.entries.get(type="rewind").body == {"step": 4}


def test_a_run_that_takes_its_machine_down_at_the_same_step_takes_no_more_than_a_few(attempt: Attempt) -> None:
    other, run = workers.register(name="other", host="other", facts={}, devices=[]), attempt.run
    for number in range(1, SAME_STEP_LOSSES + 1):
        assert Run.objects.get(pk=run.pk).state in (State.STARTING, State.QUEUED)
        if number > 1:
            assert states.begin_attempt(run.pk, number - 1)
            Attempt.objects.create(run=run, number=number, lease_until=Now())
        LOOKED_LONG_ENOUGH.expire(other)
    run.refresh_from_db()
    assert (run.state, run.reason_code, run.reason_params) == (
        State.FAILED,
        "worker_lost_again",
        {"step": 0, "times": SAME_STEP_LOSSES},
    )
