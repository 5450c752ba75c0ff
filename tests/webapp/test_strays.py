"""What processes that were killed left in the store goes a day later; what is used, new, or another database's
stays.
"""

import os
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now

from tests.attacks import things
from tests.webapp.test_store import CONTENT, NAME
from tests.webapp.test_store import folder as folder
from webapp.artifacts import store, strays
from webapp.artifacts.models import Artifact
from webapp.artifacts.sums import BLOCK
from webapp.datasets import uploads
from webapp.datasets.models import Dataset, Upload
from webapp.datasets.queries import UNDO
from webapp.datasets.sweep import sweep
from webapp.grace import GRACE


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != "database")


def used(content: bytes) -> str:
    """The name of a file that something refers to."""
    artifact = store.put(BytesIO(content))
    Upload.objects.create(owner=things.user("ada"), name="file", length=len(content), artifact=artifact)
    return artifact.sha256


def test_strays_of_killed_processes_are_removed(folder: Path) -> None:
    old, young = store.incoming() / "put-old", store.incoming() / "put-young"
    for file in (old, young):
        file.touch()
    os.utime(old, (0, 0))
    assert strays.remove() == 1
    assert files(folder) == ["put-young"]


@pytest.mark.parametrize(("late", "there"), [(timedelta(minutes=59), True), (2 * GRACE, False)])
def test_what_is_kept_for_a_week_is_not_cleared_away_early_by_a_clock_that_is_an_hour_ahead(
    folder: Path, late: timedelta, there: bool
) -> None:
    ada = things.user("ada")
    dataset = Dataset.objects.create(owner=ada, name="deleted", deleted=Now() - UNDO - late)
    upload = uploads.create(ada, "begun", 10)
    Upload.objects.filter(pk=upload.pk).update(changed=Now() - uploads.KEPT - late)
    sweep()
    assert Dataset.objects.filter(pk=dataset.pk).exists() is there
    assert Upload.objects.filter(pk=upload.pk).exists() is there


def roll_back_a_put() -> None:
    with transaction.atomic():
        store.put(BytesIO(CONTENT))
        transaction.set_rollback(True)


def test_a_file_whose_transaction_rolled_back_is_removed_a_day_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roll_back_a_put()
    name = used(b"kept")
    for file in folder.glob("??/*"):
        os.utime(file, (0, 0))  # as old as the content of a second name may be, and come in just now
    assert strays.remove() == 0
    monkeypatch.setattr(strays, "OLD_SECONDS", -1.0)
    monkeypatch.setattr(strays, "NAMES_AT_ONCE", 1)
    assert strays.remove() == 1
    assert files(folder) == [name]


def test_a_file_that_gets_its_row_while_strays_are_removed_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strays, "OLD_SECONDS", -1.0)
    roll_back_a_put()
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            store.row_of(NAME)
            removing = thread.submit(removed_in_a_thread)
            wait([removing], 0.3)
        assert removing.result(10) == 0
    assert files(folder) == [NAME]


def removed_in_a_thread() -> int:
    try:
        return strays.remove()
    finally:
        connection.close()


def test_an_empty_database_does_not_empty_the_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strays, "OLD_SECONDS", -1.0)
    roll_back_a_put()
    with transaction.atomic():
        MigrationRecorder.Migration.objects.update(applied=Now() + timedelta(minutes=1))
        assert strays.remove() == 0
        transaction.set_rollback(True)
    assert files(folder) == [NAME]


def test_what_nothing_refers_to_goes_and_what_is_used_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = used(b"kept")
    store.put(BytesIO(CONTENT))
    store.put(BytesIO(bytes(2 * BLOCK)))  # has sums, which are no reason to keep it
    assert strays.remove() == 0
    monkeypatch.setattr(strays, "OLD_SECONDS", -1.0)
    assert strays.remove() == 2
    assert (files(folder), list(Artifact.objects.values_list("pk", flat=True))) == ([name], [name])


def test_a_second_installation_on_the_same_store_removes_nothing_of_the_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert strays.remove() == 0
    monkeypatch.setattr(strays, "OLD_SECONDS", -1.0)
    roll_back_a_put()
    with transaction.atomic():
        MigrationRecorder.Migration.objects.update(applied=Now() - timedelta(days=1))
        assert strays.remove() == 0
        transaction.set_rollback(True)
    assert strays.remove() == 1
