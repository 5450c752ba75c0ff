"""P17: the page of the run list with 10,000 runs: its time on the server, and how many queries it asks for."""

import gc
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks import place
from tests.benchmarks.line import Line
from trainer.report import Figure, Heading, Report, Scalar, Table

SIZES = (100, 10_000)
REPEATS = 100
TARGET = 50.0  # milliseconds at the 95th percentile
ADDRESSES = {"first page": "/runs/", "by accuracy": "/runs/?sort=test/accuracy", "by part of a name": "/runs/?q=run+77"}


def run() -> list[Line]:
    place.services()
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    client, fill = _client(Client())
    found: dict[str, dict[int, tuple[float, int]]] = {name: {} for name in ADDRESSES}
    for size in SIZES:
        fill(size)
        for name, address in ADDRESSES.items():
            found[name][size] = _measured(client, address)
    floor = _measured(client, "/account/")[0]
    return [_line(name, by_size, floor) for name, by_size in found.items()]


def _line(name: str, by_size: dict[int, tuple[float, int]], floor: float) -> Line:
    few, many = (by_size[size] for size in SIZES)
    queries = "the same" if few[1] == many[1] else f"{few[1]} to {many[1]}"
    return Line(
        number="P17",
        name=f"run list of 10,000, {name}, p95",
        figure=many[0],
        unit="ms",
        target=TARGET,
        beside=f"{many[0] / floor:.1f} x a page without a list; {many[1]} queries, {queries} at any size",
        growth={f"{size:,}": by_size[size][0] for size in SIZES},
    )


def _client(client: Any) -> tuple[Any, Callable[[int], None]]:
    """A signed-in client, and what makes runs of its person up to a number: ended ones, with reports."""
    from django.db import connection

    from trainer.specs.parsing import parse
    from webapp.accounts.models import User
    from webapp.datasets.models import Dataset, DatasetVersion
    from webapp.runs.models import Measure, Run, RunScore, State

    owner = User.objects.create_user("bench")
    client.force_login(owner)
    dataset = Dataset.objects.create(owner=owner, name="Flowers")
    version = DatasetVersion.objects.create(
        dataset=dataset, state=DatasetVersion.State.READY, content_hash="0" * 64, size=1
    )
    spec = parse({}, "train").model_dump(mode="json")

    Measure.objects.bulk_create(
        Measure(name=scalar.name, label=scalar.label, unit=scalar.unit, better=scalar.better or "")
        for scalar in _report(0).scalars
    )

    def fill(size: int) -> None:
        have = Run.objects.count()
        reports = {number: _report(number) for number in range(have, size)}
        runs = Run.objects.bulk_create(
            Run(
                owner=owner,
                name=f"Run {number}",
                kind="train",
                spec=spec,
                devices_needed=2,
                dataset_version=version,
                state=State.SUCCEEDED,
                step=700,
                total_steps=700,
                report=report.model_dump(mode="json"),
            )
            for number, report in reports.items()
        )
        RunScore.objects.bulk_create(
            RunScore(run=run, measure_id=scalar.name, value=scalar.value)
            for run, report in zip(runs, reports.values(), strict=True)
            for scalar in report.scalars
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE runs_run, runs_runscore")  # as PostgreSQL does by itself within a minute

    return client, fill


def _report(number: int) -> Report:
    """As a classification of ten classes has it."""
    macro = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
    digits = tuple(str(digit) for digit in range(10))
    headings = (Heading(label="Class", unit=None), *(Heading(label=label, unit="share") for label in macro.values()))
    per_class = Table(title="By class", headings=headings, rows=tuple((digit, 0.98, 0.97, 0.975) for digit in digits))
    matrix = Figure(chart="confusion", data={"matrix": [[number % 7] * 10] * 10, "classes": digits})
    scalars = (
        _score("test/accuracy", "Test accuracy", number % 997 / 997),
        *(_score(f"test/macro_{name}", label, 0.9) for name, label in macro.items()),
        Scalar(name="validation/loss", label="", value=0.1, shown=False),
        Scalar(name="validation/accuracy", label="", value=0.9, shown=False),
        Scalar(name="test/loss", label="Test loss", value=0.1, better="lower", shown=False),
        Scalar(name="test/rows", label="Test rows", value=800.0),
        Scalar(name="best_epoch", label="Best epoch", value=6.0, of=7.0),
        Scalar(name="parameters", label="Parameters", value=12_000.0),
        Scalar(name="seconds", label="Training time", value=4.5, unit="seconds"),
    )
    return Report(headline="test/accuracy", scalars=scalars, blocks=(per_class, matrix))


def _score(name: str, label: str, value: float) -> Scalar:
    return Scalar(name=name, label=label, value=value, unit="share", better="higher")


def _measured(client: Any, address: str) -> tuple[float, int]:
    """Milliseconds at the 95th percentile inside the server, and queries; its first answers warm it up."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    queries = len(asked)
    for _ in range(5):
        client.get(address)
    gc.collect()
    spent = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        client.get(address)
        spent.append(1000 * (time.perf_counter() - began))
    return float(np.percentile(spent, 95)), queries
