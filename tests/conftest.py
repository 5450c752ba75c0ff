"""Real PostgreSQL and Valkey for every test that needs them, and a whole running Trainyard for those that need more."""

import os
import shutil
import signal
import tempfile
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

# Before Django reads its settings (hence no setting for it in pyproject.toml): tests never touch the state of a
# Trainyard that runs here, nor external services.
_STATE = Path(tempfile.mkdtemp(prefix="trainyard-tests-"))
os.environ["TRAINYARD_STATE"] = str(_STATE)
os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings"
for _name in ("DATABASE_URL", "BROKER_URL", "CHANNEL_URL", "STORAGE_URL", "TRAINYARD_ORIGIN", "TRAINYARD_POOL"):
    os.environ.pop(_name, None)

import django  # noqa: E402
import pytest  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models.signals import post_migrate  # noqa: E402
from pytest_django import Settings  # noqa: E402

from tests.yard import Yard  # noqa: E402

django.setup()  # here and not by pytest-django, which reads the settings before this file could change where they point
# Nor in the processes that run tests beside this one, for they inherit the environment.
del os.environ["DJANGO_SETTINGS_MODULE"]

pytest_plugins = ("tests.side_by_side", "tests.seconds", "tests.faults.count")
NEVER_SKIPPED = ("browser", "fault")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With TRAINYARD_NO_SKIPS set, as in continuous integration, a skipped browser or fault test has failed."""
    report = yield
    marked = any(map(item.get_closest_marker, NEVER_SKIPPED)) or "/browser/" in item.nodeid or "/faults/" in item.nodeid
    if report.skipped and marked and os.environ.get("TRAINYARD_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"This test must not be skipped here: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "/browser/" in report.nodeid]
    if skipped:
        words = f"{len(skipped)} BROWSER TESTS WERE SKIPPED: install Chromium to run them"
        terminalreporter.write_sep("!", words, red=True)


def pytest_sessionfinish() -> None:
    shutil.rmtree(_STATE, ignore_errors=True)


@pytest.fixture(scope="session")
def services() -> Iterator[Path]:
    """Embedded PostgreSQL and Valkey at the addresses that the settings name. Yields the state folder."""
    from webapp import processes
    from webapp.embedded import Embedded

    embedded = Embedded(_STATE, durable=False)
    embedded.prepare_database()
    postgresql, valkey = embedded.start_postgresql(), embedded.start_valkey()
    try:
        embedded.wait({"postgresql": postgresql, "valkey": valkey})
        yield _STATE
    finally:
        processes.end(valkey, signal.SIGTERM, 5)
        processes.end(postgresql, signal.SIGINT, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(services: Path) -> None:
    """pytest-django asks for this before it makes the test database: by then the server runs."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """After a test that commits, a few rows are deleted. Django would make new files for every table and index, which
    are unlinked much later, and fill in content types and permissions, for which nothing of ours asks.
    """
    from django.contrib.contenttypes.management import (
        create_contenttypes,
    )  # asks for the models, hence not before the setup

    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    connection.ops.sql_flush = _deleted  # type: ignore[method-assign]


def _deleted(style: object, tables: Iterable[str], **options: object) -> list[str]:
    return [
        f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables
    ]  # constraints are checked at the commit


@pytest.fixture(scope="session")
def session_yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """One running `manage.py up`, shared by the tests that leave it as they found it."""
    with Yard(tmp_path_factory.mktemp("yard")) as yard:
        yield yard


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """A running `manage.py up` in a state folder of its own, for a test that kills or restarts it."""
    with Yard(tmp_path) as yard:
        yield yard


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """Hashing slowly is the point of a password hasher, not of these tests. What runs in a `Yard` hashes as always."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
