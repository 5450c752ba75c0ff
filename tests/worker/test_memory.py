"""Kills for want of memory are counted for a whole control group: whose they were is told by when they happened.

A real one is in tests/faults/test_bad_runs.py; here the kernel's counter is a file of ours.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from webapp.accounts.models import User
from webapp.runs import states
from webapp.runs.models import Attempt, Kind, Run, State
from worker import memory
from worker.agent import MEMORY_EVERY, Agent
from worker.held import Held

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "memory.events"
    path.write_text("max 9\noom_kill 3\n")
    monkeypatch.setattr(memory, "_memory_events", lambda: [path])
    monkeypatch.setattr(memory, "LATELY", 0.1)
    return path


@pytest.fixture
def agent(tmp_path: Path, settings: Settings, counter: Path) -> Iterator[Agent]:
    """Its loop is turned by the test."""
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    agent = Agent(tmp_path)
    agent._turn()  # registers the worker
    yield agent
    agent._leave()


@pytest.fixture
def held(agent: Agent) -> Held:
    """An attempt of a run that needs so many devices that nobody takes it again."""
    run = Run.objects.create(owner=User.objects.create_user("ada"), name="digits", kind=Kind.TRAIN, spec={}, devices_needed=999)
    assert states.begin_attempt(run.pk, 0)
    return agent._attempts.hold(run, Attempt.objects.create(run=run, number=1, worker=agent._worker, lease_until=Now()))


def turn_for(agent: Agent, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        agent._turn()


def kill(held: Held) -> None:
    """Its only rank was ended by SIGKILL."""
    held.folder.mkdir(parents=True)
    (held.folder / "exits.json").write_text(json.dumps({"ranks": [{"rank": 0, "exitcode": -9}]}))
    held.end(256)


def settled(agent: Agent, held: Held) -> tuple[State, str]:
    agent._turn()
    run = Run.objects.get(pk=held.run_id)
    return State(run.state), run.reason_code


def test_a_kill_for_memory_that_happened_just_now_is_the_cause(agent: Agent, held: Held, counter: Path) -> None:
    turn_for(agent, MEMORY_EVERY)
    counter.write_text("max 9\noom_kill 4\n")
    kill(held)
    assert settled(agent, held) == (State.FAILED, "out_of_memory")


def test_a_kill_for_memory_that_another_run_met_long_before_is_not_the_cause(agent: Agent, held: Held, counter: Path) -> None:
    counter.write_text("max 9\noom_kill 4\n")
    turn_for(agent, 2.5 * MEMORY_EVERY)
    kill(held)
    assert settled(agent, held) == (State.QUEUED, "attempt_killed")


def test_a_kill_for_memory_before_the_end_could_be_stored_is_not_the_cause(agent: Agent, held: Held, counter: Path) -> None:
    kill(held)
    counter.write_text("max 9\noom_kill 4\n")
    assert settled(agent, held) == (State.QUEUED, "attempt_killed")
