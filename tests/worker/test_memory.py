"""Kills for want of memory are counted for a whole control group: whose they were is told by when they happened.

A real one is in tests/faults/test_bad_runs.py; here the kernel's counter is a file of ours.
"""

import json
import time
from pathlib import Path

import pytest

from tests.worker.conftest import add_attempt
from webapp.runs.models import Run, State
from worker import memory
from worker.agent import MEMORY_EVERY, Agent
from worker.local_attempt import LocalAttempt

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "memory.events"
    path.write_text("max 9\noom_kill 3\n")
    monkeypatch.setattr(memory, "_memory_events", lambda: [path])
    monkeypatch.setattr(memory, "LATELY", 0.1)
    return path


@pytest.fixture
def attempt(agent: Agent, counter: Path) -> LocalAttempt:
    return add_attempt(agent._attempts, "digits", agent._worker)


def turn_for(agent: Agent, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        agent._turn()


def kill(attempt: LocalAttempt) -> None:
    """Its only rank was ended by SIGKILL."""
    attempt.folder.mkdir(parents=True)
    (attempt.folder / "exits.json").write_text(json.dumps({"ranks": [{"rank": 0, "exitcode": -9}]}))
    attempt.end(256)


def settled(agent: Agent, attempt: LocalAttempt) -> tuple[State, str]:
    agent._turn()
    run = Run.objects.get(pk=attempt.run_id)
    return State(run.state), run.reason_code


def test_a_kill_for_memory_that_happened_just_now_is_the_cause(
    agent: Agent, attempt: LocalAttempt, counter: Path
) -> None:
    turn_for(agent, MEMORY_EVERY)
    counter.write_text("max 9\noom_kill 4\n")
    kill(attempt)
    assert settled(agent, attempt) == (State.FAILED, "out_of_memory")


def test_a_kill_for_memory_that_another_run_met_long_before_is_not_the_cause(
    agent: Agent, attempt: LocalAttempt, counter: Path
) -> None:
    counter.write_text("max 9\noom_kill 4\n")
    turn_for(agent, 2.5 * MEMORY_EVERY)
    kill(attempt)
    assert settled(agent, attempt) == (State.QUEUED, "attempt_killed")


def test_a_kill_for_memory_before_the_end_could_be_stored_is_not_the_cause(
    agent: Agent, attempt: LocalAttempt, counter: Path
) -> None:
    kill(attempt)
    counter.write_text("max 9\noom_kill 4\n")
    assert settled(agent, attempt) == (State.QUEUED, "attempt_killed")
