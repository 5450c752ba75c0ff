"""F5 to F7 and F11: broker and database are killed, messages come twice or name nothing; no run is lost or done
twice.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

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
from webapp import processes
from webapp.datasets.models import DatasetVersion
from webapp.runs import broker
from webapp.runs.models import Attempt, Run, State

pytestmark = pytest.mark.fault

STARTS_WITHIN = 30.0
EPOCHS = 60


@pytest.fixture(scope="module")
def own_lab(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Lab]:
    """A laboratory whose database writes through to the disk, as in use."""
    with django_db_blocker.unblock(), laboratory(tmp_path_factory.mktemp("away")) as lab:
        lab.start_worker()
        yield lab


@pytest.fixture(scope="module")
def version(own_lab: Lab) -> DatasetVersion:
    return digits(seed=7)


def test_runs_that_are_queued_while_the_broker_is_away_are_found(own_lab: Lab, version: DatasetVersion) -> None:
    assert own_lab.valkey is not None
    running = train(version, epochs=EPOCHS)
    wait_for(lambda: step_of(running) > 0)
    injected("broker killed")
    own_lab.valkey.kill()
    own_lab.valkey.wait()
    began = time.monotonic()
    queued = [train(version, epochs=2) for _ in range(3)]
    assert time.monotonic() - began < 5, "a request waited for the broker"
    wait_for(lambda: state_of(queued[0]) != State.QUEUED, STARTS_WITHIN)
    own_lab.start_valkey()
    later = train(version, epochs=2)
    for run in (running, *queued, later):
        assert finished(run).state == State.SUCCEEDED, describe(run)
        assert Attempt.objects.filter(run=run).count() == 1


def test_doubled_late_and_meaningless_messages_do_nothing(own_lab: Lab, version: DatasetVersion) -> None:
    run = train(version, epochs=EPOCHS)
    for name in (run.pk, run.pk, uuid4(), "nothing", run.pk):
        broker.client().send_task(broker.CONSIDER, [str(name)])
    ended = finished(run)
    broker.client().send_task(broker.CONSIDER, [str(run.pk)])
    time.sleep(1)
    assert (ended.state, Attempt.objects.filter(run=run).count()) == (State.SUCCEEDED, 1)
    assert run.children.count() == 1


def test_training_goes_on_while_the_database_is_killed_and_away(
    own_lab: Lab, version: DatasetVersion, dice: random.Random
) -> None:
    undisturbed = finished(train(version, epochs=EPOCHS))
    run = train(version, epochs=EPOCHS)
    wait_for(lambda: step_of(run) > 0)
    for _ in range(3):
        _kill_postgresql(own_lab)
        time.sleep(dice.uniform(0, 2))
        own_lab.start_postgresql()
        wait_for(lambda: Run.objects.exists())
        time.sleep(dice.uniform(0, 0.5))
    ended = finished(run)
    assert (ended.state, ended.attempt) == (State.SUCCEEDED, 1), describe(run)
    assert curve(run) == curve(undisturbed)
    assert weights(run) == weights(undisturbed)


def _kill_postgresql(lab: Lab) -> None:
    """`kill -9` of the server and of all its processes, as a power cut would."""
    assert lab.postgresql is not None
    injected("database killed")
    server = int((lab.state / "postgresql" / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)
    processes.end(lab.postgresql, signal.SIGKILL, 20)
    connections["default"].close()
