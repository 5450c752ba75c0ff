"""P16: a step of two ranks with one thread each, curves on, beside a bare torchrun script with DistributedDataParallel.

Ours sums loss and accuracy over both ranks for each point; the bare script keeps rank 0's own.
"""

import json
import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median

from tests.benchmarks.line import Line
from tests.trainer.attempts import Warm, warm_process, write_job
from tests.trainer.samples import digits
from trainer.attempt import events
from trainer.data.prepared import Prepared
from trainer.specs.train import TrainDraft

PAIRS = 10
TRIES = 3  # of the peer, whose process was seen to abort in torch when it ended
FIELDS = {"epochs": 2, "ranks": 2, "checkpoint_seconds": 1000.0}
WARMING = 5  # first steps, which are not counted


def run() -> list[Line]:
    with tempfile.TemporaryDirectory() as name, warm_process() as warm:
        folder = Path(name)
        prepared = digits(folder)
        pairs = [(_ours(warm, folder / f"run{number}", prepared), _bare(prepared)) for number in range(PAIRS)]
    ratio = median(ours / bare for ours, bare in pairs)
    ours, bare = (median(times) * 1000 for times in zip(*pairs, strict=True))
    return [
        Line(
            number="P16",
            name=f"step of two ranks beside torchrun with DDP (median of {PAIRS} pairs)",
            figure=ratio,
            unit="x",
            target=1 / 0.95,
            beside=f"{ours:.2f} and {bare:.2f} ms a step",
        )
    ]


def _ours(warm: Warm, folder: Path, prepared: Path) -> float:
    """Seconds of a step in the middle, by the times that the points carry."""
    attempt = warm.run(write_job(folder, FIELDS, prepared))
    assert attempt.ended is not None, attempt.logs
    (series,) = [
        event.id for event in attempt.events if isinstance(event, events.Series) and "train/loss" in event.names
    ]
    times = [event.time for event in attempt.events if isinstance(event, events.Point) and event.series == series]
    return _middle([after - before for before, after in pairwise(times)])


def _bare(prepared: Path) -> float:
    spec = TrainDraft.model_validate(FIELDS).resolved(Prepared.open(prepared).summary)
    script = str(Path(__file__).with_name("p16_bare.py"))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    root = str(Path(__file__).parents[2])
    for _ in range(TRIES):
        done = subprocess.run(
            [*torchrun, script, str(prepared), spec.model_dump_json()],
            capture_output=True,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": root},
        )
        if done.returncode == 0:
            return _middle(json.loads(done.stdout))
    raise RuntimeError(f"The bare script failed {TRIES} times:\n{done.stderr}")


def _middle(seconds: list[float]) -> float:
    return median(seconds[WARMING:])
