"""Published checkpoints: kept while a run can go on from them, let go of when it cannot."""

from pathlib import Path

import pytest

from tests.worker.conftest import read_all
from trainer.attempt import events
from trainer.attempt.job import Job
from trainer.attempt.journal import Journal
from trainer.errors import CheckpointError
from trainer.specs.parsing import parse_complete
from webapp.artifacts import store
from webapp.artifacts.models import Artifact
from webapp.runs import services, states
from webapp.runs.models import Attempt, Checkpoint, Kind, Run, State
from worker import ends
from worker.follow import Follower
from worker.local_attempt import LocalAttempt

pytestmark = pytest.mark.django_db(transaction=True)


def write_checkpoint(folder: Path, step: int, weights: bytes = b"weights") -> None:
    path = folder / "out" / f"step-{step}"
    path.unlink(missing_ok=True)  # the store has it under another name
    path.write_bytes(b"%b of step %d" % (weights, step))
    Journal(folder / "journal").write(events.Checkpoint(step=step, path=str(path.relative_to(folder))))


@pytest.fixture
def run(attempt: Attempt, folder: Path) -> Run:
    """A run at step 30 whose last two checkpoints are published."""
    reader = Follower(attempt.run_id, attempt, folder)
    for step in (10, 20, 30):
        write_checkpoint(folder, step)
        assert reader.follow()
    return Run.objects.get(pk=attempt.run_id)


def kept() -> list[bytes]:
    """What the store holds, and the table of artifacts with it."""
    paths = [path for path in store.root().rglob("*") if path.is_file()]
    assert {path.name for path in paths} == set(Artifact.objects.values_list("pk", flat=True))
    return sorted(path.read_bytes() for path in paths)


LAST_TWO = [b"weights of step 20", b"weights of step 30"]


def test_a_second_checkpoint_of_the_same_step_takes_the_place_of_the_first(run: Run, folder: Path) -> None:
    write_checkpoint(folder, 30, b"pruned weights")
    read_all(Follower(run.pk, run.attempts.get(), folder))
    assert kept() == [b"pruned weights of step 30", b"weights of step 20"]


@pytest.mark.parametrize("outcome", ["succeeded", "stopped"])
def test_a_run_that_has_ended_well_keeps_no_checkpoints(run: Run, folder: Path, outcome: str) -> None:
    assert kept() == LAST_TWO
    write_checkpoint(folder, 40)
    Journal(folder / "journal").write(events.Ended.model_validate({"outcome": outcome, "step": 40}))
    read_all(Follower(run.pk, run.attempts.get(), folder))
    run.refresh_from_db()
    assert (run.state, kept(), run.checkpoints.count()) == (outcome, [], 0)


def test_a_run_that_failed_keeps_its_last_checkpoint_until_it_is_deleted(run: Run) -> None:
    ends.fail(run, states.Reason("crashed", "It crashed."))
    assert (kept(), run.checkpoints.get().step) == (LAST_TWO[1:], 30)
    services.delete(run)
    assert kept() == []


def end_for_a_damaged_checkpoint(run: Run, folder: Path, step: int) -> Run:
    """The attempt could not read the checkpoint of this step, which it was given."""
    spec = parse_complete({"kind": "compress"})
    given = store.local_path(run.checkpoints.get(step=step).artifact_id)
    (folder / "job.json").write_text(
        Job(run=str(run.pk), attempt=1, spec=spec, inputs={}, resume=str(given)).model_dump_json()
    )
    Journal(folder / "journal").write(
        events.Ended(outcome="failed", code=CheckpointError.CODE, message=str(CheckpointError()))
    )
    attempt = run.attempts.get()
    local = LocalAttempt(run.pk, Kind.TRAIN, attempt, folder, Follower(run.pk, attempt, folder))
    local.end(0)
    assert local.settle()
    return Run.objects.get(pk=run.pk)


def test_a_run_whose_last_checkpoint_is_damaged_goes_on_from_the_one_before_and_says_what_is_lost(
    run: Run, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Run.objects.update(step=34)
    file = run.checkpoints.get(step=30).artifact_id[:12]
    waiting = end_for_a_damaged_checkpoint(run, folder, 30)
    assert (waiting.state, waiting.reason_code) == (State.QUEUED, "older_checkpoint")
    assert waiting.reason_params == {"step": 30, "file": file, "older": 20, "lost": 14}
    assert kept() == LAST_TWO[:1]
    assert (
        f"The checkpoint of step 30 (file {file}) is damaged. Goes on from the one of step 20: 14 steps are lost"
    ) in caplog.text


def test_a_run_whose_only_checkpoint_is_damaged_begins_anew_and_says_what_is_lost(run: Run, folder: Path) -> None:
    Run.objects.update(step=34)
    waiting = end_for_a_damaged_checkpoint(run, folder, 20)
    assert (waiting.state, waiting.reason_code) == (State.QUEUED, "no_checkpoint_left")
    assert (waiting.reason_params["step"], waiting.reason_params["lost"]) == (20, 34)
    assert kept() == []


def test_a_run_that_waits_or_is_paused_keeps_them_until_it_is_cancelled(run: Run) -> None:
    ends.pause(run, states.NO_REASON)
    assert kept() == LAST_TWO
    services.command(run, "resume", run.owner)
    assert kept() == LAST_TWO
    services.command(run, "cancel", run.owner)
    assert (Run.objects.get(pk=run.pk).state, kept(), run.checkpoints.count()) == (State.CANCELLED, [], 0)


def test_a_checkpoint_whose_bytes_another_run_goes_on_from_stays(run: Run) -> None:
    other = Run.objects.create(owner=run.owner, name="the same", kind=Kind.TRAIN, spec={}, devices_needed=1)
    shared = run.checkpoints.get(step=30).artifact
    Checkpoint.objects.create(run=other, attempt=1, step=30, artifact=shared)
    services.command(run, "cancel", run.owner)
    assert kept() == LAST_TWO[1:]
    assert other.checkpoints.get().artifact == shared


def test_a_run_that_was_to_pause_when_its_data_were_found_damaged_waits_for_a_person(run: Run) -> None:
    services.command(run, "pause", run.owner)
    ends.pause(run, states.Reason("input_damaged", "The file %(file)s is damaged.", {"file": "ab"}))
    run.refresh_from_db()
    assert (run.state, run.reason_code) == (State.PAUSED, "input_damaged_while_paused")
    assert run.reason_params == {"file": "ab"}


def test_a_run_that_waits_for_its_data_waits_for_a_person_once_it_is_paused(run: Run) -> None:
    ends.pause(run, states.Reason("input_missing", "The file %(file)s is missing.", {"file": "ab"}))
    services.command(run, "pause", run.owner)
    assert Run.objects.get(pk=run.pk).reason_code == "input_missing_while_paused"
