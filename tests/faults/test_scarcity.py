"""No descriptor or no process is left, to the worker, its ranks or the web server: what runs goes on, the rest waits
and says so."""

import socket
import time
from contextlib import ExitStack, closing

import httpx
import psutil
import pytest

from tests.faults.lab import (
    Lab,
    curve,
    describe,
    digits,
    finished,
    injected,
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

EPOCHS = 90


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


def test_a_web_server_without_descriptors_refuses_connections_and_serves_the_others(lab: Lab) -> None:
    lab.start_web()
    wait_for_web(lab)
    assert lab.web is not None
    web, log = psutil.Process(lab.web.pid), lab.state / "logs" / "web.log"
    length = log.stat().st_size
    host, _, port = lab.host.partition(":")
    with (
        httpx.Client(base_url=f"http://{lab.host}", timeout=10) as browser,
        descriptors(web, 2 * web.num_fds()),
        ExitStack() as crowd,
    ):
        assert browser.get("/signin/").status_code == 200
        injected("web server without descriptors")
        for _ in range(200):
            crowd.enter_context(socket.create_connection((host, int(port)), timeout=5))
        before = _seconds(web)
        time.sleep(2)
        assert _seconds(web) - before < 0.5
        files = ("base.css", "plot.js", "page.js")
        for address in ("/signin/", *(f"/static/trainyard/{name}" for name in files)):
            assert browser.get(address).status_code == 200
    wait_for_web(lab)
    assert log.stat().st_size - length < 20_000
    lab.kill_web()


def test_a_web_server_without_further_threads_asks_to_be_asked_again_and_serves_when_it_has_some(lab: Lab) -> None:
    lab.start_web()
    wait_for_web(lab)
    assert lab.web is not None
    web, log = psutil.Process(lab.web.pid), lab.state / "logs" / "web.log"
    length = log.stat().st_size
    files = ("base.css", "plot.js", "page.js")
    with closing(Processes(web)) as group, httpx.Client(base_url=f"http://{lab.host}", timeout=20) as browser:
        with group.limited(0):
            injected("web server without further threads")
            answers = [
                browser.get(address)
                for _ in range(5)
                for address in ("/signin/", "/api/v1/me", *(f"/static/trainyard/{name}" for name in files))
            ]
            refused = [answer for answer in answers if answer.status_code == 503]
            assert {answer.status_code for answer in answers} <= {200, 401, 503}
            assert refused and all(answer.headers["Retry-After"] for answer in refused)
        assert browser.get("/signin/").status_code == 200
    assert lab.web.poll() is None
    assert log.stat().st_size - length < 20_000
    lab.kill_web()


@pytest.mark.parametrize("more", [3, *(pytest.param(more, marks=pytest.mark.faults) for more in (0, 5, 8))])
def test_a_run_for_which_too_few_processes_can_be_started_waits_for_more(
    lab: Lab, version: DatasetVersion, more: int
) -> None:
    assert lab.worker is not None
    group = Processes(psutil.Process(lab.worker.pid))
    with closing(group):
        with group.limited(more):
            injected("machine without further processes")
            run = train(version, epochs=2, ranks=2)
            wait_for(lambda: run.attempts.filter(exits__cause="no_process").exists(), 30, lambda: describe(run))
            assert "no_process" in [entry.body["reason_code"] for entry in run.entries.filter(type="state")]
        _succeeds(run)


@pytest.mark.faults
@pytest.mark.parametrize("more", [0, 4, 12])
def test_a_run_whose_ranks_get_too_few_descriptors_waits_until_there_are_more(
    lab: Lab, version: DatasetVersion, more: int
) -> None:
    assert lab.worker is not None
    finished(train(version, epochs=1))  # by then it is warm
    (warm,) = psutil.Process(lab.worker.pid).children()
    with descriptors(warm, more):
        injected("ranks without descriptors")
        run = train(version, epochs=2, ranks=2)
        wait_for(lambda: run.attempts.filter(exits__cause="no_process").exists(), 30, lambda: describe(run))
    _succeeds(run)


def _succeeds(run: Run) -> None:
    ended = finished(run)
    assert ended.state == State.SUCCEEDED, describe(run)
    assert not run.attempts.filter(exits__cause__in=("crashed", "hung", "killed")).exists(), describe(run)


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
