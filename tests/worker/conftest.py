"""An attempt to follow: its row, the folder that its journal will stand in, and a line to the database that can be cut."""

import tempfile
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
