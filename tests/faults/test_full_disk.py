"""F8: a disk that is full pauses the run and nothing else; with room again the run goes on by itself."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pytest_django import DjangoDbBlocker

from tests.faults.disks import fill, small_disk
from tests.faults.lab import Lab, curve, describe, digits, finished, injected, laboratory, state_of, step_of, train, wait_for, weights
from webapp.runs.models import Run, State

pytestmark = [pytest.mark.fault, pytest.mark.faults]

EPOCHS = 20
MEBIBYTES = 256  # database, store, journals and checkpoints: everything lies on this disk


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with small_disk(tmp_path_factory.mktemp("full") / "disk", MEBIBYTES) as disk:
        yield disk


@pytest.fixture(scope="module")
def small_lab(disk: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Lab]:
    with django_db_blocker.unblock(), laboratory(disk / "state") as lab:
        lab.start_worker()
        lab.start_web()
        yield lab


def test_a_full_disk_pauses_the_run_until_there_is_room(small_lab: Lab, disk: Path) -> None:
    version = digits(seed=11)
    undisturbed = finished(train(version, epochs=EPOCHS))
    run = train(version, epochs=EPOCHS)
    wait_for(lambda: step_of(run) > 40)
    fill(disk / "something-large")
    injected("disk filled")
    wait_for(lambda: state_of(run) == State.PAUSED, 20, lambda: describe(run))
    assert Run.objects.get(pk=run.pk).reason_code == "disk_full"
    fill(disk / "more")  # what the attempt left has been removed by now: not a byte is left for the database either
    for _ in range(5):
        assert httpx.get(f"http://{small_lab.host}/signin/", timeout=20).status_code == 200
        assert state_of(run) == State.PAUSED
        time.sleep(0.5)
    (disk / "something-large").unlink()
    ended = finished(run)
    assert (ended.state, ended.attempt) == (State.SUCCEEDED, 2), describe(run)
    assert curve(run) == curve(undisturbed)
    assert weights(run) == weights(undisturbed)
