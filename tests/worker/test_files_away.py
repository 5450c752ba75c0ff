"""The store's disk is out of reach for a while: nothing fails, nothing is written beneath where it belongs, all goes on
later.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from tests.worker.conftest import add_attempt
from tests.worker.test_agent import inspection
from trainer.attempt import events
from trainer.attempt.journal import Journal
from webapp.artifacts import store
from webapp.artifacts.models import Edge
from webapp.runs.models import Run, State
from worker.agent import Agent
from worker.claim import WAITS_FOR_STORE
from worker.waking import wake

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def out_of_reach() -> Iterator[None]:
    """As when the disk is not mounted: the folder is there and empty."""
    away = store.root().with_name("away")
    store.root().rename(away)
    store.root().mkdir()
    yield
    store.root().rmdir()
    away.rename(store.root())


def test_a_run_that_waits_is_told_and_starts_when_its_files_are_back(agent: Agent) -> None:
    run = inspection(store.put(BytesIO(b"a,b\n1,2\n")))
    with out_of_reach():
        wake()
        agent._turn()
        run.refresh_from_db()
        assert (run.state, run.reason_code) == (State.QUEUED, WAITS_FOR_STORE.code)
    wake()
    agent._turn()
    assert Run.objects.get(pk=run.pk).state == State.STARTING


def test_what_a_run_made_meanwhile_is_stored_when_the_files_are_back(agent: Agent) -> None:
    store.put(BytesIO(b"known"))
    attempt = add_attempt(agent._attempts, "run", agent._worker)
    (attempt.folder / "out").mkdir(parents=True)
    (attempt.folder / "out" / "model").write_bytes(b"weights")
    Journal(attempt.folder / "journal").write(events.Output(role="export", path="out/model", name="model", meta={}))
    with out_of_reach():
        agent._turn()
        assert not list(store.root().iterdir())
    attempt.files_due = 0.0
    agent._turn()
    assert Edge.objects.get(run=attempt.run_id).name == "model"
    assert Run.objects.get(pk=attempt.run_id).state == State.STARTING


def test_files_that_stay_away_for_an_hour_end_the_run(agent: Agent) -> None:
    attempt = add_attempt(agent._attempts, "run", agent._worker)
    away = OSError(errno.ESTALE, "Stale file handle")
    assert attempt.waits_for_files(away)
    attempt.files_away_since -= 3600
    assert not attempt.waits_for_files(away)


def test_nothing_is_written_where_the_disk_is_not_mounted(agent: Agent) -> None:
    store.put(BytesIO(b"known"))
    with out_of_reach(), pytest.raises(OSError, match="Stale"):
        store.put(BytesIO(b"new"))


def test_an_empty_store_of_an_empty_database_is_in_reach(agent: Agent, tmp_path: Path) -> None:
    assert store.is_in_reach()
    assert store.put(BytesIO(b"first"))
