"""An attempt to follow: its row, the folder that its journal will stand in, and a line to the database that can be cut.
An agent whose loop is turned by the test, and attempts for it to hold.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.models.functions import Now
from pytest_django import Settings

from tests.worker.line import Line
from webapp.accounts.models import User
from webapp.runs import states
from webapp.runs.models import Attempt, Kind, Run
from webapp.workers.models import Worker
from worker.agent import Agent
from worker.attempts import Attempts
from worker.follow import Follower
from worker.local_attempt import LocalAttempt
from worker.warm import Warm

NO_DEVICE = 0  # needed: a run of these kinds that needs none is not taken again


class Recorded(Warm):
    """Remembers what it was asked to launch."""

    def __init__(self, log: Path) -> None:
        super().__init__(log)
        self.launched: list[Path] = []

    def launch(self, folder: Path) -> None:
        self.launched.append(folder)
        super().launch(folder)


def read_all(reader: Follower) -> None:
    """Store everything that the journal holds, and what is on its way."""
    deadline = time.monotonic() + 20
    while not reader.drain():
        assert time.monotonic() < deadline, "the journal has no end"
        time.sleep(0.001)


def add_attempt(attempts: Attempts, name: str, worker: Worker | None = None) -> LocalAttempt:
    """A run's first attempt, that was claimed and has neither folder nor process."""
    owner = User.objects.get_or_create(username="ada")[0]
    run = Run.objects.create(owner=owner, name=name, kind=Kind.TRAIN, spec={}, devices_needed=NO_DEVICE)
    assert states.begin_attempt(run.pk, 0)
    return attempts.add(run, Attempt.objects.create(run=run, number=1, worker=worker, lease_until=Now()))


@pytest.fixture
def attempt(db: None, tmp_path: Path, settings: Settings) -> Attempt:
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    owner = User.objects.create_user("ada", password="a long password")
    run = Run.objects.create(owner=owner, name="digits", kind=Kind.TRAIN, spec={}, devices_needed=1)
    assert states.begin_attempt(run.pk, 0)
    (tmp_path / "attempt" / "out").mkdir(parents=True)
    return Attempt.objects.create(run=run, number=1, lease_until=Now())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "attempt"


@pytest.fixture
def line(transactional_db: None) -> Iterator[Line]:
    """Between this test's connection and the server."""
    server = connection.settings_dict["HOST"]
    with tempfile.TemporaryDirectory() as folder:
        line = Line(Path(folder), Path(server))
        connection.close()
        connection.settings_dict["HOST"] = folder
        try:
            yield line
        finally:
            connection.close()
            connection.settings_dict["HOST"] = server
            line.close()


@pytest.fixture
def warm(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path / "logs" / "warm.log")


@pytest.fixture
def agent(transactional_db: None, tmp_path: Path, settings: Settings, warm: Recorded) -> Iterator[Agent]:
    """Its loop is turned by the test."""
    settings.STORAGE_URL = f"file://{tmp_path}/store"
    agent = Agent(tmp_path, warm)
    agent._turn()  # registers the worker
    yield agent
    agent._leave()
