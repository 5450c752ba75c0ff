"""The agent's loop: whatever one run needs, the others' heartbeats, commands and curves do not wait for it."""

import time
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from tests.worker.conftest import Recorded, hold
from tests.worker.line import Line
from trainer.spec import InspectSpec
from webapp import logfiles
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Artifact
from webapp.runs import services
from webapp.runs.models import Run, State
from worker import sessions
from worker.agent import Agent, wake
from worker.warm import News

pytestmark = pytest.mark.django_db(transaction=True)

LARGE = 500 * 1024 * 1024


@pytest.fixture
def large(agent: Agent) -> Artifact:
    return zeros(LARGE)


def zeros(size: int) -> Artifact:
    """A file of zeros, which takes no room on the disk and as long to hash as any other."""
    path = store.incoming() / "zeros"
    with path.open("wb") as stream:
        stream.truncate(size)
    return store.put(path, move=True)


def inspection(artifact: Artifact) -> Run:
    owner, spec = User.objects.get_or_create(username="ada")[0], InspectSpec(files=("large.csv",))
    return services.queue_run(owner=owner, name="large", spec=spec, inputs={"upload:0": artifact})


def test_the_loop_goes_on_while_a_large_input_is_verified(agent: Agent, large: Artifact, tmp_path: Path) -> None:
    store._verified.clear()
    described = tmp_path / "attempts" / str(inspection(large).pk) / "1" / "job.json"
    wake()
    began, turns = time.monotonic(), []
    while not described.exists():
        turn = time.monotonic()
        agent._turn()
        turns.append(time.monotonic() - turn)
    hashing = time.monotonic() - began
    assert len(turns) > 5
    assert max(turns) < hashing / 2, f"one turn took {max(turns):.2f} of {hashing:.2f} s"


def test_a_run_that_is_cancelled_while_its_input_is_verified_is_let_go_of(agent: Agent, large: Artifact) -> None:
    store._verified.clear()
    run = inspection(large)
    wake()
    agent._turn()
    assert agent._starts, "the input was verified before anybody could cancel"
    services.command(run, "cancel", run.owner)
    while agent._attempts:
        agent._turn()
    assert not agent._starts
    assert (Run.objects.get(pk=run.pk).state, run.attempts.get().ended is not None) == (State.CANCELLED, True)


def test_a_damaged_input_fails_its_run(agent: Agent) -> None:
    path = store.local_path((artifact := zeros(1000)).sha256)
    path.chmod(0o600)
    path.write_bytes(b"something else")
    run = inspection(artifact)
    while not run.attempts.exclude(ended=None).exists():
        agent._turn()
    run.refresh_from_db()
    assert (run.state, run.reason_code) == (State.FAILED, "input_damaged")


def test_a_run_is_launched_once_though_the_database_fails_for_the_one_behind_it(
    agent: Agent, warm: Recorded, large: Artifact, line: Line, tmp_path: Path
) -> None:
    damaged = zeros(LARGE + 1)
    path = store.local_path(damaged.sha256)
    path.chmod(0o600)
    with path.open("r+b") as stream:
        stream.write(b"something else")
    store._verified.clear()
    whole, behind = inspection(large), inspection(damaged)
    wake()
    agent._turn()
    assert len(agent._starts) == 2, "an input was verified before the test could interfere"
    for start in agent._starts:
        assert start.inputs is not None
        start.inputs.join()
    line.cut_at(b"UPDATE", arrives=False)  # that would fail the second
    with pytest.raises(OperationalError):
        agent._turn()
    connection.close()
    agent._turn()
    assert warm.launched == [tmp_path / "attempts" / str(whole.pk) / "1"]
    assert Run.objects.get(pk=behind.pk).state == State.FAILED


def test_news_that_could_not_be_taken_is_taken_later_with_what_came_behind_it(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a launcher had ended, and nobody knew it: its run were at work for ever."""
    first, second = hold(agent._attempts, "first"), hold(agent._attempts, "second")
    agent._heard += [News(held.folder, None, 256) for held in (first, second)]
    with monkeypatch.context() as patched:
        patched.setattr(sessions, "end", _out_of_order)
        agent._heard[0] = News(first.folder, 1 << 22, 256)  # above the largest number of a process
        agent._turn()
        assert len(agent._heard) == 2
    agent._turn()
    assert [held.ended for held in (first, second)] == [True, True]


def _out_of_order(_pid: int) -> None:
    raise OperationalError


def test_a_rank_that_prints_without_end_has_a_log_of_a_largest_size(agent: Agent, tmp_path: Path) -> None:
    held = hold(agent._attempts, "loud")
    held.folder.mkdir(parents=True)
    logs = [held.folder / "rank-0.log", tmp_path / "logs" / "warm.log"]
    for _ in range(3):
        for log in logs:
            with log.open("ab") as stream:
                stream.truncate(3 * logfiles.LARGEST)
        agent._bound_logs()
    assert [log.stat().st_size for log in logs] == [0, 0]
    assert sum(path.stat().st_size for path in held.folder.iterdir()) == logfiles.LARGEST
