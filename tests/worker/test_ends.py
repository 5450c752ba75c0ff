"""What becomes of a run when its attempt leaves, and of what people asked meanwhile."""

from pathlib import Path

import pytest
from django.db.models.functions import Now

from tests.worker.test_follower import follower
from trainer import events
from trainer.journal import Journal
from webapp.runs import services, states
from webapp.runs.models import Attempt, Run, State
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


def test_attempts_that_began_no_process_do_not_interrupt_the_row_of_deaths(attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(exits={"cause": "killed", "step": 5})
    for number, cause in ((2, "no_process"), (3, "no_process")):
        Attempt.objects.create(run=attempt.run, number=number, lease_until=Now(), exits={"cause": cause, "step": 5})
    last = Attempt.objects.create(run=attempt.run, number=4, lease_until=Now())
    assert [record["cause"] for record in ends.earlier(last)] == ["killed"]
