"""The attempts of this machine: what goes wrong with one is no other's concern."""

from pathlib import Path

import pytest

from tests.worker.conftest import add_attempt
from trainer.attempt import job
from webapp.runs.models import Run, State
from worker import ends
from worker.attempts import Attempts
from worker.folders import Folders
from worker.warm import News

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempts(tmp_path: Path) -> Attempts:
    return Attempts(Folders(tmp_path))


def test_an_attempt_without_a_folder_yet_keeps_no_other_from_leaving_when_the_worker_stops(attempts: Attempts) -> None:
    claimed, running = add_attempt(attempts, "claimed"), add_attempt(attempts, "running")
    running.folder.mkdir(parents=True)
    attempts.send_away(in_time=True)
    assert (running.folder / "control").read_bytes() == bytes([job.YIELD])
    assert claimed.given_up == ends.YIELDED
    assert running.given_up is None


def test_what_has_ended_is_judged_by_its_end_also_when_the_worker_stops(attempts: Attempts) -> None:
    ended = add_attempt(attempts, "ended")
    ended.end(256)
    attempts.send_away(in_time=False)
    assert ended.given_up is None


def test_a_run_for_which_no_process_can_be_started_waits(attempts: Attempts) -> None:
    refused = add_attempt(attempts, "refused")
    refused.folder.mkdir(parents=True)
    attempts.note(News(refused.folder, None, job.NO_PROCESS << 8))
    assert attempts.attend()
    run = Run.objects.get(pk=refused.run_id)
    assert (run.state, run.reason_code) == (State.QUEUED, "no_process")
    assert run.attempts.filter(exits__cause="no_process").exclude(ended=None).exists()
