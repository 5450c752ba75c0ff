"""P3 to P6: durable ingest, bytes on disk, opening a chart, and spikes at every zoom."""

import os
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any
from uuid import UUID

import numpy as np

from tests.benchmarks import place
from tests.benchmarks.line import Line

METRICS = 8
STEPS_PER_FLUSH = 128
FLUSH = METRICS * STEPS_PER_FLUSH
INGESTS = 5  # of each size
INGEST_SIZES = (100_000, 1_000_000, 3_000_000)
CURVE_SIZES = (100_000, 1_000_000, 10_000_000)
SPIKE_SIZES = (300_000, 1_000_000, 10_000_000)
SPIKES = 300
COLUMNS = 1000  # of a screen


def run() -> list[Line]:
    place.services()
    return [*_ingest(), *_open_chart(), _spikes()]


def _ingest() -> Iterator[Line]:
    floor = _floor()
    _feed(_new_run(), INGEST_SIZES[0])  # what is loaded and planned once
    rates, bytes_a_point = {}, {}
    for size in INGEST_SIZES:
        rates[f"{size:.0e}"] = max(_rate(size) for _ in range(INGESTS))
        reused = _compact()
        bytes_a_point[f"{size:.0e}"] = _size_on_disk() / (size // FLUSH * FLUSH)
    middle = list(rates.values())[1]
    yield Line(
        number="P3",
        name=f"durable ingest, {FLUSH:,} points a flush, fastest of {INGESTS}",
        figure=middle,
        unit="points a CPU second",
        target=480_000,
        better="more",
        beside=f"{middle / floor:.2f} x bare chunks ({floor:,.0f})",
        growth=rates,
    )
    yield Line(
        number="P4",
        name="on disk, indexes included",
        figure=max(bytes_a_point.values()),
        unit="bytes a point",
        target=12,
        beside=f"half float32; {reused / 1e6:.0f} MB more until autovacuum",
        growth=bytes_a_point,
    )


def _rate(size: int) -> float:
    """Points a CPU second of one ingest into empty tables."""
    _empty()
    run_id, at_start = _new_run(), place.cpu_seconds()
    points = _feed(run_id, size)
    return points / (place.cpu_seconds() - at_start)


def _feed(run_id: UUID, points: int) -> int:
    """As the follower does it: a flush of all metrics moves the attempt's position along its journal."""
    from webapp.metrics.codec import Points
    from webapp.runs import flush as follower

    _attempt(run_id)
    flushes = points // FLUSH
    draw = np.random.default_rng(0)
    noise = draw.normal(size=(METRICS, STEPS_PER_FLUSH))
    noise[::2] = noise[::2].astype(np.float32)
    for flush in range(flushes):
        steps = np.arange(flush * STEPS_PER_FLUSH, (flush + 1) * STEPS_PER_FLUSH)
        times = 1.8e9 + steps.astype(np.float64) * 0.0006
        stretch = follower.Stretch(attempt=1, start=flush, end=flush + 1, step=int(steps[-1]))
        assert follower.points(
            run_id, stretch, {f"train/{at}": Points(steps, noise[at], times) for at in range(METRICS)}
        )
    return flushes * FLUSH


def _attempt(run_id: UUID) -> None:
    """The run is running, and nothing of its journal has been read."""
    from django.db.models.functions import Now

    from webapp.runs.models import Attempt, Run, State

    Run.objects.filter(pk=run_id).update(state=State.RUNNING, attempt=1)
    Attempt.objects.create(run_id=run_id, number=1, lease_until=Now())


def _floor() -> float:
    """Points a CPU second when chunks of 1,024 float32 go straight into a two-column table, one row a transaction of
    eight.
    """
    from django.db import connection, transaction

    body = np.random.default_rng(0).normal(size=1024).astype("<f4").tobytes()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS floor (id serial PRIMARY KEY, body bytea)")
        at_start = place.cpu_seconds()
        for _ in range(200):
            with transaction.atomic():
                for _ in range(8):
                    cursor.execute("INSERT INTO floor (body) VALUES (%s)", [body])
    return 200 * 8 * 1024 / (place.cpu_seconds() - at_start)


def _empty() -> None:
    """Fresh tables, so that room which another size left is not counted."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE metrics_series, metrics_tail, metrics_chunk")


def _size_on_disk() -> int:
    return int(
        _one(
            "SELECT sum(pg_total_relation_size(t)) FROM unnest(ARRAY['metrics_series', 'metrics_tail', "
            "'metrics_chunk']) t"
        )
    )


def _compact() -> int:
    """Give back the room of flushes that were sealed since, which in use is taken again by later ones; its bytes."""
    from django.db import connection

    before = _size_on_disk()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL metrics_tail")
        cursor.execute("VACUUM metrics_chunk")
    return before - _size_on_disk()


def _one(query: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _open_chart() -> Iterator[Line]:
    milliseconds, wire = {}, {}
    for size in CURVE_SIZES:
        run_id, _ = curve(size)
        milliseconds[f"{size:.0e}"] = 1000 * _cpu_of(partial(_opened, run_id))
        wire[f"{size:.0e}"] = len(_opened(run_id)) / 1000
    floor = 1000 * _cpu_of(lambda: _one("SELECT 1"))
    yield Line(
        number="P5",
        name="open a chart of 1e7 points",
        figure=milliseconds["1e+07"],
        unit="ms server CPU",
        target=25,
        beside=f"{milliseconds['1e+07'] / floor:.0f} x SELECT 1 ({floor:.2f} ms)",
        growth=milliseconds,
    )
    yield Line(number="P5", name="the same on the wire", figure=wire["1e+07"], unit="kB", target=20, growth=wire)


def _opened(run_id: UUID) -> bytes:
    from webapp.metrics.window import window

    return window(run_id, ["train/loss"])["train/loss"].binary()


def _cpu_of(work: Callable[[], Any], times: int = 40) -> float:
    work()
    at_start = place.cpu_seconds()
    for _ in range(times):
        work()
    return (place.cpu_seconds() - at_start) / times


@cache
def curve(size: int) -> tuple[UUID, np.ndarray[Any, np.dtype[np.int64]]]:
    """A run with one curve of ``size`` points, and the steps at which it has spikes, each of another height."""
    from django.db import transaction

    from webapp.metrics.codec import Points
    from webapp.runs import stream

    run_id = _new_run()
    draw = np.random.default_rng(size)
    steps = np.arange(size)
    values = (np.exp(-steps / size * 3) + draw.normal(scale=0.02, size=size)).astype(np.float32).astype(np.float64)
    spikes = np.sort(draw.choice(size, SPIKES, replace=False))
    values[spikes] = 10 + np.arange(SPIKES) / 10
    for start in range(0, size, 65_536):
        part = slice(start, start + 65_536)
        with transaction.atomic():
            stream.record(
                run_id,
                batch={
                    "train/loss": Points(steps[part], values[part], 1.8e9 + steps[part].astype(np.float64) * 0.0006)
                },
            )
    return run_id, spikes


def _spikes() -> Line:
    """At each zoom, how many of the spikes inside stand in their own column of the screen at their own height or
    higher.
    """
    draw = np.random.default_rng(1)
    seen = inside = 0
    shares = {}
    for size in SPIKE_SIZES:
        found = [
            _spikes_of(size, width, draw) for width in (size, size // 2, size // 7, size // 50, 30_000, 5_000, 900, 40)
        ]
        shares[f"{size:.0e}"] = 100 * sum(one for one, _ in found) / sum(all_ for _, all_ in found)
        seen, inside = seen + sum(one for one, _ in found), inside + sum(all_ for _, all_ in found)
    return Line(
        number="P6",
        name=f"spikes visible in their own column ({inside:,} in {80 * len(SPIKE_SIZES)} zooms)",
        figure=100 * seen / inside,
        unit="%",
        target=100,
        better="more",
        growth=shares,
    )


def _spikes_of(size: int, width: int, draw: np.random.Generator) -> tuple[int, int]:
    """In ten windows of one width: spikes that are seen, and all of them."""
    from webapp.metrics.window import window

    run_id, spikes = curve(size)
    heights = 10 + np.arange(SPIKES) / 10
    seen = inside = 0
    for at in range(10):
        middle = spikes[draw.integers(SPIKES)] if at else size // 2
        first = int(max(0, middle - width // 2))
        shown = window(run_id, ["train/loss"], 2000, first, first + width)["train/loss"].shown
        for step, height in zip(spikes, heights, strict=True):
            if first <= step <= first + width:
                inside += 1
                seen += bool((shown.values[np.abs(shown.steps - step) <= width / COLUMNS] >= height - 1e-5).any())
    return seen, inside


def _new_run() -> UUID:
    from webapp.accounts.models import User
    from webapp.runs.models import Kind, Run

    owner, _ = User.objects.get_or_create(username="bench")
    run = Run.objects.create(
        owner=owner, name=f"bench {os.getpid()} {time.time()}", kind=Kind.TRAIN, spec={}, devices_needed=1
    )
    return run.pk
