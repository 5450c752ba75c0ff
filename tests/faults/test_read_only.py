"""A state folder that can only be read: a start says what to do; what runs is paused, and goes on when it can be
written to again."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pytest_django import DjangoDbBlocker

from tests.faults.disks import read_only, small_disk
from tests.faults.lab import (
    ROOT,
    Lab,
    curve,
    describe,
    digits,
    finished,
    injected,
    laboratory,
    person,
    state_of,
    step_of,
    train,
    wait_for,
    wait_for_web,
    weights,
)
from tests.yard import environment_of
from webapp.accounts import tokens
from webapp.datasets.models import DatasetVersion
from webapp.runs.models import Run, State

pytestmark = pytest.mark.fault

EPOCHS = 60
MEBIBYTES = 384
UPLOAD = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Metadata": "filename YS5jc3Y="}


@pytest.fixture(scope="module")
def disk_lab(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Lab]:
    with (
        small_disk(tmp_path_factory.mktemp("read-only") / "disk", MEBIBYTES) as disk,
        django_db_blocker.unblock(),
        laboratory(disk / "state", durable=False) as lab,
    ):
        lab.start_worker()
        lab.start_web()
        wait_for_web(lab)
        yield lab


@pytest.fixture(scope="module")
def version(disk_lab: Lab) -> DatasetVersion:
    return digits(seed=71)


@pytest.fixture(scope="module")
def undisturbed(disk_lab: Lab, version: DatasetVersion) -> Run:
    return finished(train(version, epochs=EPOCHS))


def test_a_start_on_a_folder_that_can_only_be_read_says_what_to_do(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk, read_only(disk):
        injected("state folder can only be read")
        command = [sys.executable, "manage.py", "up"]
        up = subprocess.run(command, cwd=ROOT, env=environment_of(disk), capture_output=True, text=True)
    assert up.returncode == 1
    assert up.stderr == (
        f"The state folder {disk} can only be read: its disk is mounted so, or the system made it so after an error. "
        "Mount it for writing, or set TRAINYARD_STATE to another one.\n"
    )


@pytest.mark.parametrize(
    "name", ["", *(pytest.param(name, marks=pytest.mark.faults) for name in ("attempts", "artifacts"))]
)
def test_a_run_is_paused_while_its_folders_can_only_be_read(
    disk_lab: Lab, version: DatasetVersion, undisturbed: Run, name: str
) -> None:
    client = httpx.Client(base_url=f"http://{disk_lab.host}", timeout=20)
    token = {"Authorization": f"Bearer {tokens.create(person(), 'test')[1]}"}
    run = train(version, epochs=EPOCHS)
    wait_for(lambda: step_of(run) > 40, say=lambda: describe(run))
    with read_only(disk_lab.state / name):
        injected(f"{name or 'state folder'} can only be read")
        wait_for(lambda: state_of(run) == State.PAUSED, 20, lambda: describe(run))
        paused = Run.objects.get(pk=run.pk)
        assert (paused.reason_code, "can only be read" in paused.reason) == ("disk_full", True)
        waiting = train(version, epochs=1)
        wait_for(
            lambda: Run.objects.get(pk=waiting.pk).reason_code == "waiting_for_room", 10, lambda: describe(waiting)
        )
        assert client.get("/signin/").status_code == 200
        if name != "attempts":
            answer = client.post("/api/v1/uploads", headers={**UPLOAD, **token})
            assert (answer.status_code, "can only be read" in answer.text) == (507, True), answer.text
    for one in (waiting, run):
        ended = finished(one)
        assert ended.state == State.SUCCEEDED, describe(one)
    assert curve(run) == curve(undisturbed)
    assert weights(run) == weights(undisturbed)
