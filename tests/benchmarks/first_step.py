"""P9 and P10: from a submitted run to its first optimizer step, with the worker warm and cold."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import place
from tests.benchmarks.line import Line
from trainer.checked import sha256

REPEATS = 9
STARTS = 5  # of a worker, each behind a Python that imports torch


def run() -> list[Line]:
    place.services()
    # Django is set up by the line above, before these may be imported
    from tests.faults.lab import digits, laboratory

    with tempfile.TemporaryDirectory(prefix="trainyard-bench-") as folder, laboratory(Path(folder)) as lab:
        version = digits(2000)
        pairs = []
        for _ in range(STARTS):
            if lab.worker is not None:
                lab.stop_worker()
            imported, began = _import_seconds(), time.time()
            lab.start_worker()
            pairs.append((imported, _seconds_to_first_step(version, 1, began)))
        warm = {ranks: [_seconds_to_first_step(version, ranks) for _ in range(REPEATS)] for ranks in (1, 2)}
        check = _check_line(version, statistics.median(warm[1]))
    imported, cold = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    lines = [_warm_line(ranks, seconds, imported) for ranks, seconds in warm.items()]
    return [*lines, check, _cold_line(cold, imported)]


def _check_line(version: object, start: float) -> Line:
    """What a start reads is hashed beside it by a thread; this is what that takes of the processor."""
    from webapp.artifacts import store
    from webapp.datasets.models import DatasetVersion

    assert isinstance(version, DatasetVersion) and version.prepared_id is not None
    path = store.local_path(version.prepared_id)
    seconds = statistics.median(_timed(path) for _ in range(99))
    return Line(
        number="P9",
        name="hashing the data, of such a start with 1 rank",
        figure=100 * seconds / start,
        unit="%",
        target=2,
        beside=f"{path.stat().st_size / 1024:.0f} KiB in {1000 * seconds:.2f} ms, beside the start whatever the size",
    )


def _timed(path: Path) -> float:
    began = time.thread_time()
    sha256(path)
    return time.thread_time() - began


def _cold_line(cold: float, imported: float) -> Line:
    return Line(
        number="P10",
        name=f"worker's start to the first step, one rank, cold (median of {STARTS})",
        figure=cold,
        unit="s",
        target=imported + 0.5,
        beside=f"{cold / imported:.2f} x importing torch in Python ({imported:.2f} s)",
    )


def _warm_line(ranks: int, seconds: list[float], imported: float) -> Line:
    middle = statistics.median(seconds)
    return Line(
        number="P9",
        name=f"submit to the first step, {ranks} rank{'s' if ranks > 1 else ''}, warm (median of {len(seconds)})",
        figure=middle,
        unit="s",
        target={1: 0.15, 2: 0.2}[ranks],
        beside=f"{middle / imported:.2f} x importing torch; fastest {min(seconds):.3f}, slowest {max(seconds):.3f} s",
    )


def _seconds_to_first_step(version: object, ranks: int, began: float | None = None) -> float:
    """By the time that the first point carries, so that reading it costs nothing; nothing else runs meanwhile."""
    from tests.faults.lab import finished, train, wait_for
    from webapp.datasets.models import DatasetVersion
    from webapp.metrics import window
    from webapp.runs.models import Run

    assert isinstance(version, DatasetVersion)
    submitted = time.time()
    queued = train(version, ranks=ranks, epochs=1)
    finished(queued, 120)
    wait_for(lambda: not Run.objects.filter(state__in=("queued", "starting", "running")).exists(), 120)
    time.sleep(0.5)
    points = window.window(queued.pk, ["train/loss"], points=10_000)["train/loss"].shown
    return float(points.times[points.steps.argmin()]) - (began or submitted)


def _import_seconds() -> float:
    """A fresh Python that imports what ranks need of torch."""
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", "import torch, torch._dynamo, torch.distributed.elastic.agent.server"], check=True
    )
    return time.monotonic() - began
