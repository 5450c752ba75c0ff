"""No descriptor or no process is left, to the worker, its ranks or the web server: what runs goes on, the rest waits and says so."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import httpx
import psutil
import pytest
from pytest_django import DjangoDbBlocker

from tests.faults.lab import (
    Lab,
    curve,
    describe,
    digits,
    finished,
    injected,
    laboratory,
    moved_on,
    state_of,
    step_of,
    train,
    wait_for,
    wait_for_web,
    weights,
)
from tests.faults.scarcity import Processes, descriptors
from webapp.datasets.models import DatasetVersion
from webapp.runs.models import Run, State

pytestmark = pytest.mark.fault

EPOCHS = 150


@pytest.fixture(scope="module")
def version(lab: Lab) -> DatasetVersion:
    return digits(seed=51)


@pytest.fixture(scope="module")
def undisturbed(lab: Lab, version: DatasetVersion) -> Run:
    return finished(train(version, epochs=EPOCHS))


def test_a_worker_without_descriptors_keeps_its_runs_and_takes_more_when_it_has_some_again(
    lab: Lab, version: DatasetVersion, undisturbed: Run
) -> None:
    assert lab.worker is not None
    worker, log = psutil.Process(lab.worker.pid), lab.state / "logs" / "worker.log"
    run = train(version, epochs=EPOCHS)
    wait_for(lambda: step_of(run) > 20, say=lambda: describe(run))
    length = log.stat().st_size
    with descriptors(worker, 0):
        injected("worker without descriptors")
        waiting = train(version, epochs=1)
        wait_for(lambda: Run.objects.get(pk=waiting.pk).reason_code == "no_process", 10, lambda: describe(waiting))
        before = worker.cpu_times()
        time.sleep(2)
        assert _seconds(worker) - before.user - before.system < 0.5
        assert state_of(run) == State.RUNNING
    for one in (run, waiting):
        ended = finished(one)
        assert (ended.state, ended.attempt) == (State.SUCCEEDED, 1), describe(one)
    assert curve(run) == curve(undisturbed)
    assert weights(run) == weights(undisturbed)
    assert log.stat().st_size - length < 20_000


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
