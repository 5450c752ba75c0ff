"""Clocks that jump by an hour, on one machine or on the database's: no run ends or starts, nothing is purged, no page
is wrong."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from unittest.mock import patch
from uuid import uuid4

import httpx
import numpy as np
import pytest
from django.db.models.functions import Now
from pytest_django import DjangoDbBlocker

from tests.faults.clocks import Clock
from tests.faults.lab import (
    ROOT,
    Lab,
    describe,
    digits,
    finished,
    injected,
    laboratory,
    moved_on,
    person,
    state_of,
    step_of,
    train,
    wait_for,
)
from webapp import embedded
from webapp.accounts import links
from webapp.artifacts import store
from webapp.datasets import uploads
from webapp.datasets.models import Dataset, Upload
from webapp.datasets.queries import UNDO
from webapp.metrics.window import window
from webapp.runs import services
from webapp.runs.models import Attempt, Run, State
from webapp.runs.timing import Timing
from webapp.workers.models import Worker

# The quick ones are where each clock is read: journal, leases, time left, sweeps, links.
pytestmark = pytest.mark.faults

HOUR = 3600
LEASE = {"TRAINYARD_LEASE_SECONDS": "6"}  # renewed every 1.2 s, and looked at every second
LONG = 4000  # epochs: until it is stopped
MACHINES = ("worker", "web", "database")


@pytest.fixture(scope="module")
def clocks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clock]:
    folder = tmp_path_factory.mktemp("clocks")
    return {machine: Clock(folder / machine) for machine in MACHINES}


@pytest.fixture(scope="module")
def clocks_lab(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker, clocks: dict[str, Clock]
) -> Iterator[Lab]:
    """Worker, web server and database on machines with clocks of their own; a second worker, and this process, with the
    true one."""
    state = tmp_path_factory.mktemp("jumps")
    environment = {**embedded._environment(), **clocks["database"].environment}
    with (
        patch.object(embedded, "_environment", lambda: environment),
        django_db_blocker.unblock(),
        laboratory(state, durable=False) as lab,
    ):
        lab.start_worker(**LEASE, **clocks["worker"].environment)
        lab.start_web(**clocks["web"].environment)
        wait_for(lambda: Worker.objects.count() == 1)
        lab.start_neighbour(state / "neighbour", **LEASE)  # who judges the worker's leases, and takes no run yet
        wait_for(lambda: Worker.objects.count() == 2)
        Worker.objects.filter(pk=Worker.objects.latest("pk").pk).update(draining=True)
        yield lab


@contextmanager
def jumped(clock: Clock, machine: str, seconds: int) -> Iterator[None]:
    injected(f"clock of the {machine} jumped")
    clock.set(seconds)
    try:
        yield
    finally:
        injected(f"clock of the {machine} jumped back")
        clock.set(0)


def test_a_run_goes_on_and_shows_no_nonsense_whichever_clock_jumps(clocks_lab: Lab, clocks: dict[str, Clock]) -> None:
    with jumped(clocks["worker"], "worker", HOUR):
        run = train(digits(seed=31), epochs=LONG)
        wait_for(lambda: step_of(run) > 20, say=lambda: describe(run))
        _goes_on_for(run, 1.0)
    _goes_on_for(run, 4.0)  # by now the neighbour has looked for a lease
    for machine in MACHINES:
        for seconds in (-HOUR, HOUR):
            with jumped(clocks[machine], machine, seconds):
                _goes_on_for(run, 2.5 if machine == "database" else 0.7)
            _goes_on_for(run, 2.5 if machine == "database" else 0.3)
    services.command(run, "stop", person())
    ended = finished(run)
    assert (ended.state, ended.attempt) == (State.STOPPED, 1), describe(run)
    for name in ("train/loss", "hardware/cpu"):
        times = window(run.pk, [name], points=10_000)[name].shown.times
        assert np.all(np.diff(times) >= 0)
        assert times[-1] - times[0] < HOUR / 2


def test_the_run_of_a_lost_machine_is_taken_over_in_time_while_the_database_s_clock_is_behind(
    clocks_lab: Lab, clocks: dict[str, Clock]
) -> None:
    run = train(digits(seed=32), epochs=LONG)
    wait_for(lambda: step_of(run) > 20 and run.checkpoints.exists(), say=lambda: describe(run))
    with jumped(clocks["database"], "database", -HOUR):
        clocks_lab.kill_worker()
        Worker.objects.update(draining=False)
        wait_for(lambda: Run.objects.get(pk=run.pk).attempt == 2, 30, lambda: describe(run))
    services.command(run, "cancel", person())
    finished(run)


def test_nothing_is_purged_early(clocks_lab: Lab, clocks: dict[str, Clock]) -> None:
    upload = uploads.create(person(), "digits.csv", 10)
    dataset = Dataset.objects.create(owner=person(), name="deleted a week ago")
    almost = timedelta(minutes=30)
    Dataset.objects.filter(pk=dataset.pk).update(deleted=Now() - UNDO + almost)
    Upload.objects.filter(pk=upload.pk).update(changed=Now() - uploads.KEPT + almost)
    # Files of others, just begun.
    coming = [store.incoming() / f"upload-{uuid4().hex}", store.incoming() / f"put-{uuid4().hex}"]
    for path in coming:
        path.touch()
    with jumped(clocks["web"], "web", HOUR), jumped(clocks["database"], "database", HOUR):
        sweep = [sys.executable, "manage.py", "sweep"]
        subprocess.run(sweep, cwd=ROOT, env={**clocks_lab.environment, **clocks["web"].environment}, check=True)
    assert Dataset.objects.filter(pk=dataset.pk).exists()
    assert Upload.objects.filter(pk=upload.pk).exists()
    assert all(path.exists() for path in coming)


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_a_sign_in_link_opens_and_a_session_lasts_whatever_the_web_server_s_clock_says(
    clocks_lab: Lab, clocks: dict[str, Clock], seconds: int
) -> None:
    address = links.new_link(person()).partition("/signin/")[2]
    with httpx.Client(base_url=f"http://{clocks_lab.host}", follow_redirects=True, timeout=20) as browser:
        with jumped(clocks["web"], "web", seconds):
            page = browser.get(f"/signin/{address}").text
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            assert token, page
            browser.post(
                f"/signin/{address}",
                data={"csrfmiddlewaretoken": token[1]},
                headers={"Origin": f"http://{clocks_lab.host}"},
            )
            assert browser.get("/runs/", follow_redirects=False).status_code == 200
        assert browser.get("/runs/", follow_redirects=False).status_code == 200


def _goes_on_for(run: Run, seconds: float) -> None:
    """Steps come, there is one attempt, and the time that is left is shown as by the pace since the beginning."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        wait_for(partial(moved_on, run, step_of(run)), 10, lambda: describe(run))
        assert (state_of(run), Attempt.objects.filter(run=run).count()) == (State.RUNNING, 1), describe(run)
        timing = Timing.of(Run.objects.get(pk=run.pk))
        assert timing.left is not None
        assert 1 < timing.left < HOUR, timing
