"""What becomes of a run when its attempt leaves, and of what people asked meanwhile."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.models.functions import Now

from tests.worker.test_follower import follower
from trainer.attempt import events
from trainer.attempt.journal import Journal
from webapp.artifacts.models import Artifact
from webapp.runs import services, states
from webapp.runs.models import Attempt, Checkpoint, Run, State
from webapp.runs.states import Reason
from worker import ends

pytestmark = pytest.mark.django_db


def leave_paused(attempt: Attempt, folder: Path, *asked: services.CommandKind) -> Run:
    """Ask while it trains, and let training leave for the first that was asked."""
    journal, reader = Journal(folder / "journal"), follower(attempt, folder)
    journal.write(events.Started(step=0, total_steps=9, steps_per_epoch=9, placement=("cpu:0",)))
    assert reader.follow()
    for kind in asked:
        services.command(attempt.run, kind, attempt.run.owner)
    journal.write(events.Ended(outcome="paused", step=3))
    assert reader.follow()
    return Run.objects.get(pk=attempt.run_id)


def test_a_run_that_a_person_pauses_stays_paused(attempt: Attempt, folder: Path) -> None:
    run = leave_paused(attempt, folder, "pause")
    assert (run.state, run.reason_code) == (State.PAUSED, "")


def test_a_stop_that_comes_while_a_run_is_pausing_stops_it(attempt: Attempt, folder: Path) -> None:
    run = leave_paused(attempt, folder, "pause", "stop")
    assert (run.state, run.reason_code) == (State.QUEUED, services.TO_EVALUATE.code)
    assert states.begin_attempt(run.pk, 1), "nobody can take it to evaluate it"


@pytest.mark.parametrize("leave", [ends.go_on, ends.pause])
def test_a_run_to_be_stopped_of_which_nothing_is_left_ends_and_says_so(
    attempt: Attempt, leave: Callable[[Run, Reason], None]
) -> None:
    """Or its next attempt would stop behind its first step, and call that the model."""
    services.command(attempt.run, "stop", attempt.run.owner)
    leave(Run.objects.get(pk=attempt.run_id), ends.WORKER_LOST)
    run = Run.objects.get(pk=attempt.run_id)
    assert (run.state, run.reason_code, run.reason_params) == (
        State.FAILED,
        "nothing_to_keep",
        {"cause": "worker_lost"},
    )


def test_a_run_to_be_stopped_goes_on_to_be_evaluated_from_its_last_checkpoint(attempt: Attempt) -> None:
    services.command(attempt.run, "stop", attempt.run.owner)
    artifact = Artifact.objects.create(sha256="0" * 64, size=1)
    Checkpoint.objects.create(run=attempt.run, attempt=1, step=5, artifact=artifact)
    ends.go_on(Run.objects.get(pk=attempt.run_id), ends.WORKER_LOST)
    assert Run.objects.get(pk=attempt.run_id).state == State.QUEUED


def test_a_pause_that_was_asked_for_before_the_disk_was_full_promises_nothing_by_itself(attempt: Attempt) -> None:
    services.command(attempt.run, "pause", attempt.run.owner)
    ends.pause(Run.objects.get(pk=attempt.run_id), ends.DISK_FULL)
    run = Run.objects.get(pk=attempt.run_id)
    assert (run.state, run.reason_code) == (State.PAUSED, "disk_full_while_paused")


def test_a_pause_that_is_asked_for_of_a_run_that_a_full_disk_paused_makes_it_wait_for_a_person(
    attempt: Attempt,
) -> None:
    ends.pause(Run.objects.get(pk=attempt.run_id), ends.DISK_FULL)
    for _again in range(2):
        services.command(attempt.run, "pause", attempt.run.owner)
        run = Run.objects.get(pk=attempt.run_id)
        assert (run.state, run.reason_code) == (State.PAUSED, "disk_full_while_paused")


def test_attempts_that_began_no_process_do_not_interrupt_the_row_of_deaths(attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(exits={"cause": "killed", "step": 5})
    for number, cause in ((2, "no_process"), (3, "no_process")):
        Attempt.objects.create(run=attempt.run, number=number, lease_until=Now(), exits={"cause": cause, "step": 5})
    last = Attempt.objects.create(run=attempt.run, number=4, lease_until=Now())
    assert [record["cause"] for record in ends.earlier(last)] == ["killed"]
