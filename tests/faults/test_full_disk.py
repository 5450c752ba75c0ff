"""F8: a disk that is full pauses the run and nothing else; with room again the run goes on by itself."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from pytest_django import DjangoDbBlocker

from tests.faults.disks import filled, small_disk
from tests.faults.lab import (
    Lab,
    curve,
    describe,
    digits,
    finished,
    injected,
    laboratory,
    state_of,
    step_of,
    train,
    wait_for,
    weights,
)
from webapp.datasets.models import DatasetVersion
from webapp.embedded import Embedded
from webapp.runs.models import Run, State

pytestmark = pytest.mark.fault

EPOCHS = 60
MEBIBYTES = 384  # database, store, journals and checkpoints, and the room that is never used
APART = ("attempts", "artifacts", "postgresql")  # journals and checkpoints, the store, the database


@pytest.fixture(scope="module")
def small_lab(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Lab]:
    """Everything lies on one small disk."""
    with (
        small_disk(tmp_path_factory.mktemp("full") / "disk", MEBIBYTES) as disk,
        django_db_blocker.unblock(),
        laboratory(disk / "state") as lab,
    ):
        lab.start_worker()
        lab.start_web()
        yield lab


@pytest.fixture(scope="module")
def scattered_lab(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Lab]:
    """Each part of the state folder lies on a small disk of its own."""
    state = tmp_path_factory.mktemp("apart")
    Embedded(state).prepare_database()
    moved = (state / "postgresql").rename(state / "moved")
    with ExitStack() as disks, django_db_blocker.unblock():
        for name in APART:
            disks.enter_context(small_disk(state / name, MEBIBYTES))
        subprocess.run(["cp", "-a", f"{moved}/.", str(state / "postgresql")], check=True)
        with laboratory(state) as lab:
            lab.start_worker()
            yield lab


@pytest.fixture(scope="module")
def version(scattered_lab: Lab) -> DatasetVersion:
    return digits(seed=12)


@pytest.fixture(scope="module")
def undisturbed(scattered_lab: Lab, version: DatasetVersion) -> Run:
    return finished(train(version, epochs=EPOCHS))


def test_a_disk_that_everything_shares_pauses_the_run_until_there_is_room(small_lab: Lab) -> None:
    disk = small_lab.state.parent
    version = digits(seed=11)
    undisturbed = finished(train(version, epochs=EPOCHS))
    run = train(version, epochs=EPOCHS)
    wait_for(lambda: step_of(run) > 40)
    with filled(disk):
        injected("disk filled")
        _is_paused(run)
        with filled(disk):  # what the attempt left has been removed by now: not a byte is left for the database either
            for _ in range(5):
                assert httpx.get(f"http://{small_lab.host}/signin/", timeout=20).status_code == 200
                assert state_of(run) == State.PAUSED
                time.sleep(0.5)
    _ends_alike(run, undisturbed)
    wait_for((small_lab.state / "postgresql" / "reserve").exists, 10)


@pytest.mark.parametrize("name", APART)
def test_a_disk_of_its_own_that_is_full_pauses_the_run_and_keeps_others_waiting(
    scattered_lab: Lab, version: DatasetVersion, undisturbed: Run, name: str
) -> None:
    disk = scattered_lab.state / name
    run = train(version, epochs=EPOCHS)
    wait_for(lambda: step_of(run) > 40)
    with filled(disk):
        injected(f"disk of {name} filled")
        _is_paused(run)
        if name == "postgresql":
            wait_for(lambda: not (disk / "reserve").exists(), 10)  # what is stored from here on needs it
        waiting = train(version, epochs=1)
        wait_for(
            lambda: Run.objects.get(pk=waiting.pk).reason_code == "waiting_for_room", 10, lambda: describe(waiting)
        )
    assert finished(waiting).state == State.SUCCEEDED, describe(waiting)
    _ends_alike(run, undisturbed)


def _is_paused(run: Run) -> None:
    wait_for(lambda: state_of(run) == State.PAUSED, 20, lambda: describe(run))
    assert Run.objects.get(pk=run.pk).reason_code == "disk_full"


def _ends_alike(run: Run, undisturbed: Run) -> None:
    ended = finished(run)
    assert (ended.state, ended.attempt) == (State.SUCCEEDED, 2), describe(run)
    assert curve(run) == curve(undisturbed)
    assert weights(run) == weights(undisturbed)
