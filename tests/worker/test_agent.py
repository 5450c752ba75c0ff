"""The agent's loop: whatever one run needs, the others' heartbeats, commands and curves do not wait for it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from trainer.spec import InspectSpec
from webapp.accounts.models import User
from webapp.artifacts import store
from webapp.artifacts.models import Artifact
from webapp.runs import services
from webapp.runs.models import Run, State
from worker.agent import Agent, wake

pytestmark = pytest.mark.django_db(transaction=True)

LARGE = 500 * 1024 * 1024


@pytest.fixture
def agent(tmp_path: Path, settings: Settings) -> Iterator[Agent]:
    """Its loop is turned by the test."""
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    agent = Agent(tmp_path)
    agent._turn()  # registers the worker
    yield agent
    agent._leave()


@pytest.fixture
def large(agent: Agent) -> Artifact:
    """A file of zeros, which takes no room on the disk and as long to hash as any other."""
    path = store.incoming() / "zeros"
    with path.open("wb") as stream:
        stream.truncate(LARGE)
    return store.put(path, move=True)


def inspection(artifact: Artifact) -> Run:
    spec = InspectSpec(files=("large.csv",))
    return services.queue_run(owner=User.objects.create_user("ada"), name="large", spec=spec, inputs={"upload:0": artifact})


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


def test_a_damaged_input_fails_its_run(agent: Agent, large: Artifact) -> None:
    path = store.local_path(large.sha256)
    path.chmod(0o600)
    path.write_bytes(b"something else")
    run = inspection(large)
    while not run.attempts.exclude(ended=None).exists():
        agent._turn()
    run.refresh_from_db()
    assert (run.state, run.reason_code) == (State.FAILED, "input_damaged")
