"""The agent's loop: whatever one run needs, the others' heartbeats, commands and curves do not wait for it."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from tests.worker.conftest import Recorded, add_attempt
from tests.worker.line import Line
from trainer.specs.inspect import InspectSpec
from webapp import logfiles
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Artifact
from webapp.runs import services
from webapp.runs.models import Run, State
from worker import sessions
from worker.agent import Agent
from worker.waking import wake
from worker.warm import News

pytestmark = pytest.mark.django_db(transaction=True)


def zeros(size: int) -> Artifact:
    """A stored file of so many zeros."""
    path = store.incoming() / "zeros"
    with path.open("wb") as stream:
        stream.truncate(size)
    return store.put(path, move=True)


def inspection(artifact: Artifact) -> Run:
    owner, spec = User.objects.get_or_create(username="ada")[0], InspectSpec(files=("large.csv",))
    return services.queue_run(owner=owner, name="large", spec=spec, inputs={"upload:0": artifact})


def test_an_agent_that_has_nothing_to_do_hardly_asks(agent: Agent) -> None:
    questions, end = 0, time.monotonic() + 3

    def counted(execute: Callable[..., object], *question: object) -> object:
        nonlocal questions
        questions += 1
        return execute(*question)

    with connection.execute_wrapper(counted):
        while time.monotonic() < end:
            agent._turn()
    assert questions <= 12, "each of them wakes the database, too"  # heartbeats, runs that wait, runs that lack room


def test_a_run_whose_input_is_missing_fails_and_says_which_file(agent: Agent) -> None:
    artifact = zeros(1000)
    store.local_path(artifact.sha256).unlink()
    zeros(1)  # the store is in reach
    run = inspection(artifact)
    while not run.attempts.exclude(ended=None).exists():
        agent._turn()
    run.refresh_from_db()
    assert (run.state, run.reason_code) == (State.FAILED, "input_missing")
    assert run.reason_params == {"file": artifact.sha256[:12]}


def test_a_run_is_launched_once_though_the_database_fails_for_the_one_behind_it(
    agent: Agent, warm: Recorded, line: Line, tmp_path: Path
) -> None:
    """The one behind it lacks its input, which is to be written down."""
    there, lacking = zeros(1), zeros(2)
    store.local_path(lacking.sha256).unlink()
    first, behind = inspection(there), inspection(lacking)
    line.cut_at(f'UPDATE "runs_run" SET "state" = \'{State.FAILED}\''.encode(), arrives=False)
    wake()
    with pytest.raises(OperationalError):
        while True:
            agent._turn()
    connection.close()
    wait_for_end(agent, behind)
    assert warm.launched == [tmp_path / "attempts" / str(first.pk) / "1"]
    assert Run.objects.get(pk=behind.pk).state == State.FAILED


def wait_for_end(agent: Agent, run: Run) -> None:
    deadline = time.monotonic() + 20
    while not run.attempts.exclude(ended=None).exists():
        assert time.monotonic() < deadline
        agent._turn()


def test_news_that_could_not_be_taken_is_taken_later_with_what_came_behind_it(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a launcher had ended, and nobody knew it: its run were at work for ever."""
    first, second = add_attempt(agent._attempts, "first"), add_attempt(agent._attempts, "second")
    agent._warm.news += [News(attempt.folder, None, 256) for attempt in (first, second)]
    with monkeypatch.context() as patched:
        patched.setattr(sessions, "end", _out_of_order)
        agent._warm.news[0] = News(first.folder, 1 << 22, 256)  # above the largest number of a process
        agent._turn()
        assert len(agent._warm.news) == 2
    agent._turn()
    assert [attempt.ended for attempt in (first, second)] == [True, True]


def _out_of_order(_pid: int) -> None:
    raise OperationalError


def test_a_rank_that_prints_without_end_has_a_log_of_a_largest_size(agent: Agent, tmp_path: Path) -> None:
    attempt = add_attempt(agent._attempts, "loud")
    attempt.folder.mkdir(parents=True)
    logs = [attempt.folder / "rank-0.log", tmp_path / "logs" / "warm.log"]
    for _ in range(3):
        for log in logs:
            with log.open("ab") as stream:
                stream.truncate(3 * logfiles.LARGEST)
        agent._bound_logs()
    assert [log.stat().st_size for log in logs] == [0, 0]
    assert sum(path.stat().st_size for path in attempt.folder.iterdir()) == logfiles.LARGEST
