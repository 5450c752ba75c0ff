"""A worker on real PostgreSQL and Valkey in a state folder of its own, and the means to break any of them.

While a laboratory is open, Django in the test's own process works on its database and store, so that a test queues and
reads runs through the same services as the web server.
"""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import numpy as np
import psutil
from django.db import OperationalError, connections
from django.test import override_settings

from tests import pictures
from tests.faults import count
from tests.yard import environment_of
from trainer.data.prepared import write_prepared
from webapp import processes
from webapp.accounts.models import User
from webapp.addresses import addresses, database
from webapp.artifacts import store
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.embedded import Embedded
from webapp.metrics import window
from webapp.runs import broker, services
from webapp.runs.models import Run, State
from webapp.secret import secret_key
from webapp.workers.models import Device

ROOT = Path(__file__).resolve().parent.parent.parent
ENDED = {State.SUCCEEDED, State.STOPPED, State.FAILED, State.CANCELLED}
# What no training process may learn. Web server and worker have it in their environment.
PLANTED = dict.fromkeys(("PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "TRAINYARD_PLANTED", "API_TOKEN"), "a-planted-secret")
POLL_SECONDS = 0.02  # each look asks the database, on cores that what is waited for needs
CURVES = ("train/loss", "train/accuracy", "validation/loss", "validation/accuracy", "learning_rate")


class Lab:
    """The parts are started by `start_services` and `start_worker`, and killed at exit."""

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        self.state = state
        self.embedded = Embedded(state, durable=durable)
        self.postgresql: subprocess.Popen[bytes] | None = None
        self.valkey: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.web: subprocess.Popen[bytes] | None = None
        self.neighbours: list[subprocess.Popen[bytes]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.environment = environment_of(state, **PLANTED, PYTHONUNBUFFERED="1")

    def __enter__(self) -> Self:
        self.embedded.prepare_database()
        self.start_postgresql()
        self.start_valkey()
        assert self.postgresql is not None
        assert self.valkey is not None
        self.embedded.wait({"postgresql": self.postgresql, "valkey": self.valkey})
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.listener.close()
        for process in (self.web, *self.neighbours, self.worker, self.valkey, self.postgresql):
            if process is not None and process.poll() is None:
                processes.end(process, signal.SIGINT if process is self.postgresql else signal.SIGKILL, 20)

    def start_postgresql(self) -> None:
        self.postgresql = self.embedded.start_postgresql()

    def start_valkey(self) -> None:
        self.valkey = self.embedded.start_valkey()

    def start_worker(self, **environment: str) -> None:
        """One worker; it takes runs at once, and its warm process is up after some seconds."""
        self.worker = self._start_worker(self.state, environment)

    def start_neighbour(self, state: Path, **environment: str) -> "subprocess.Popen[bytes]":
        """A worker on a state folder of its own, as on another machine, with our database, broker and store."""
        addresses = self.embedded.addresses
        ours = {
            "DATABASE_URL": addresses.database_url,
            "BROKER_URL": addresses.broker_url,
            "CHANNEL_URL": addresses.channel_url,
        }
        ours |= {"STORAGE_URL": f"file://{self.state / 'artifacts'}", "TRAINYARD_STATE": str(state)}
        self.neighbours.append(self._start_worker(state, {**ours, **environment}))
        return self.neighbours[-1]

    def _start_worker(self, state: Path, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        name = "worker" if state == self.state else f"worker-{state.name}"
        return processes.start(
            [sys.executable, "-m", "celery", "-A", "worker.app", "worker", "--loglevel", "INFO", "-n", f"{name}@%h"],
            log=self.state / "logs" / f"{name}.log",
            at_parents_death=signal.SIGKILL,
            environment={**self.environment, **environment},
        )

    def start_web(self, **environment: str) -> None:
        """The web server, on a socket that stays open while it is down, as `manage.py up` keeps it; there is one."""
        if self.web is not None and self.web.poll() is None:
            processes.end(self.web, signal.SIGKILL, 20)
        descriptor = self.listener.fileno()
        self.web = processes.start(
            [sys.executable, "-m", "webapp.serve", str(descriptor)],
            log=self.state / "logs" / "web.log",
            at_parents_death=signal.SIGKILL,
            environment={**self.environment, **environment},
            keep=[descriptor],
        )

    def kill_web(self) -> None:
        assert self.web is not None
        injected("web server killed")
        self.web.kill()
        self.web.wait()

    def stop_worker(self, seconds: float = 60.0) -> None:
        """In order, as for a new version."""
        assert self.worker is not None
        injected("worker restarted")
        assert processes.end(self.worker, signal.SIGTERM, seconds) == 0

    def kill_worker(self) -> list[psutil.Process]:
        """`kill -9` of the worker and everything it started; returns what was killed."""
        assert self.worker is not None
        injected("worker killed")
        below = psutil.Process(self.worker.pid).children(recursive=True)
        for process in (psutil.Process(self.worker.pid), *below):
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        self.worker.wait()
        return list(below)

    def ranks(self, run: Run) -> list[psutil.Process]:
        """The processes that train."""
        return ranks_in(self.state, run)

    def log_ends(self) -> str:
        """The ends of all logs, for a message about a failure."""
        found = sorted(self.state.glob("logs/*.log"))
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-6000:]}" for path in found)


def ranks_in(state: Path, run: Run) -> list[psutil.Process]:
    """The processes that train, on the worker of ``state``: the children of the attempt's launcher."""
    mark = state / "attempts" / str(run.pk) / str(Run.objects.get(pk=run.pk).attempt) / "launcher"
    try:
        return list(psutil.Process(int(mark.read_text().split()[0])).children())
    except (OSError, psutil.NoSuchProcess):
        return []


@contextmanager
def laboratory(state: Path, *, durable: bool = True) -> Iterator[Lab]:
    """Open a laboratory and let this process's Django work in it."""
    with Lab(state, durable=durable) as lab, visit(state):
        yield lab


@contextmanager
def visit(state: Path) -> Iterator[None]:
    """Let this process's Django work on the database and store of a Trainyard that runs on another state folder."""
    places = addresses(state)
    values = {
        "STATE": state,
        "SECRET_KEY": secret_key(state),
        "BROKER_URL": places.broker_url,
        "STORAGE_URL": f"file://{state / 'artifacts'}",
    }
    with override_settings(**values), on_database(places.database_url):
        broker.client.cache_clear()
        yield
    broker.client.cache_clear()


@contextmanager
def on_database(url: str) -> Iterator[None]:
    """Point the default connection at another server."""
    connection = connections["default"]
    connection.close()
    before = connection.settings_dict
    changed = {**before, **database(url, pooled=False)}
    connection.settings_dict = changed
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


def injected(what: str) -> None:
    """Count a fault, for the line at the end of the tests."""
    count.new[what] += 1


def person() -> User:
    return User.objects.get_or_create(username="ada")[0]


def digits(rows: int = 240, classes: int = 4, seed: int = 0) -> DatasetVersion:
    """A ready data set of small noisy pictures that a tiny network can learn."""
    generator = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    pixels = generator.integers(0, 60, (rows, 1, 8, 8))
    for label in range(classes):
        pixels[labels == label, 0, label * 2 : label * 2 + 2, :] += 150
    names = tuple(str(label) for label in range(classes))
    summary, arrays = pictures.prepared_arrays(pixels.astype(np.uint8), labels, names)
    path = store.incoming() / f"prepared-{seed}-{time.time_ns()}"
    write_prepared(path, summary, arrays)
    artifact = store.put(path, move=True)
    dataset = Dataset.objects.create(owner=person(), name="pictures")
    profile = {"summary": summary.model_dump(mode="json"), "format": "idx"}
    return DatasetVersion.objects.create(
        dataset=dataset,
        state=DatasetVersion.State.READY,
        content_hash=artifact.sha256,
        size=artifact.size,
        prepared=artifact,
        profile=profile,
    )


def train(version: DatasetVersion, **spec: object) -> Run:
    """Queue a run on ``version``, small unless said otherwise."""
    small = {
        "model": {"name": "cnn"},
        "epochs": 6,
        "batch_size": 16,
        "exporters": [{"name": "safetensors"}],
        "checkpoint_seconds": 0.2,
    }
    return services.start_training(owner=person(), name="run", dataset_version=version, spec={**small, **spec})


def wait_for(what: Callable[[], object], seconds: float = 60.0, say: Callable[[], object] = lambda: "") -> float:
    """Wait until ``what()`` is true and return how long that took. A database that is away is waited for, too."""
    began = time.monotonic()
    while True:
        try:
            if what():
                return time.monotonic() - began
        except OperationalError:
            connections["default"].close()
        assert time.monotonic() < began + seconds, f"nothing after {seconds} s; {say()}"
        time.sleep(POLL_SECONDS)


def wait_for_web(lab: Lab) -> None:
    wait_for(lambda: _answers(lab), 30)


def _answers(lab: Lab) -> bool:
    try:
        return httpx.get(f"http://{lab.host}/signin/", timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def state_of(run: Run) -> State:
    return State(Run.objects.values_list("state", flat=True).get(pk=run.pk))


def step_of(run: Run) -> int:
    return int(Run.objects.values_list("step", flat=True).get(pk=run.pk))


def moved_on(run: Run, step: int) -> bool:
    """Whether a later step than ``step`` is in the database, or none will come."""
    return step_of(run) > step or state_of(run) in ENDED


def finished(run: Run, seconds: float = 90.0) -> Run:
    """The run when it has ended, and its devices are free."""
    wait_for(lambda: state_of(run) in ENDED, seconds, lambda: describe(run))
    wait_for(lambda: not Device.objects.filter(attempt__run=run).exists(), 20.0, lambda: "devices are still held")
    return Run.objects.get(pk=run.pk)


def describe(run: Run) -> str:
    found = Run.objects.get(pk=run.pk)
    attempts = list(found.attempts.values_list("number", "exits"))
    return f"{found.state} at step {found.step}: {found.reason} {found.reason_params}, attempts {attempts}"


def weights(run: Run) -> str:
    """SHA-256 of the run's model."""
    return str(run.versions.get(stage=0).artifact_id)


def curve(run: Run) -> list[tuple[str, int, float]]:
    """Every (metric, step, value) that does not depend on the clock."""
    found = window.window(run.pk, list(CURVES), points=10_000)
    assert found, "the run has no curve"
    return sorted(
        (name, int(step), float(value))
        for name, part in found.items()
        for step, value in zip(part.shown.steps, part.shown.values, strict=True)
    )
