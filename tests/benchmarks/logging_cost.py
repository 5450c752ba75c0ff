"""P1 and P2: what a point costs the training process, and what logging every step costs a step of 0.6 ms."""

import math
import os
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import torch

from tests.benchmarks.line import Line
from tests.trainer.attempts import write_table
from trainer import loop, package, rows
from trainer.data import Prepared
from trainer.journal import Journal, Log, Unwritten
from trainer.parallel import Ranks
from trainer.rows import Rows
from trainer.spec import TrainSpec

CALLS = 20_000
ROUNDS = 9
PAIRS = 45  # one alone differs from the next by some percent, whatever is logged
ROWS = 24_000
SPEC = {"task": {"name": "table_classification", "target": "c0"}, "model": {"name": "mlp", "hidden": [96]}, "batch_size": 32,
        "epochs": 1}
NAMES = ("train/loss", "train/accuracy", "learning_rate")
VALUES = (0.5, 0.9, 0.001)


def run() -> list[Line]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*_one_call(folder), _one_step(folder)]


def _one_call(folder: Path) -> list[Line]:
    log = Journal(folder / "journal").series(*NAMES)
    descriptor = os.open(folder / "floor", os.O_RDWR | os.O_CREAT | os.O_APPEND)
    pairs = [(_write_calls(descriptor), _log_calls(log)) for _ in range(ROUNDS)]
    floor, ours = (min(figures) * 1e6 for figures in zip(*pairs, strict=True))
    slowest = _p99(log) * 1e6
    return [Line(number="P1", name="CPU of one log() call beside write(2)", figure=ours / floor, unit="x", target=2,
                 beside=f"{ours:.2f} µs, write {floor:.2f} µs"),
            Line(number="P1", name="one log() call, p99", figure=slowest, unit="µs", target=50)]


def _write_calls(descriptor: int) -> float:
    """Processor seconds of one write of a frame's size."""
    frame = bytes(51)
    start = time.process_time()
    for _ in range(CALLS):
        os.write(descriptor, frame)
    return (time.process_time() - start) / CALLS


def _log_calls(log: Log) -> float:
    start = time.process_time()
    for step in range(CALLS):
        log(step, VALUES)
    return (time.process_time() - start) / CALLS


def _p99(log: Log) -> float:
    took = []
    for step in range(CALLS):
        start = time.perf_counter()
        log(step, VALUES)
        took.append(time.perf_counter() - start)
    return sorted(took)[CALLS * 99 // 100]


def _one_step(folder: Path) -> Line:
    """Our own loop on a table, once with its journal and once with one that writes nothing; all else is the same."""
    torch.set_num_threads(1)
    generator = np.random.default_rng(0)
    numbers, codes = generator.normal(size=(ROWS, 64)), generator.integers(0, 3, (ROWS, 1))
    prepared = Prepared.open(write_table(folder / "table.safetensors", numbers, codes))
    spec = TrainSpec.model_validate(SPEC).resolved(prepared.summary)
    data = rows.read(spec, prepared)
    steps = math.ceil(len(data.parts.train) / spec.batch_size) * spec.epochs
    pairs = [_pair(spec, data, folder / f"journal{number}", logged_first=number % 2 == 0) for number in range(PAIRS)]
    slower = median(logged / alone for logged, alone in pairs) - 1
    alone = min(alone for _, alone in pairs) / steps * 1000
    return Line(number="P2", name="slow-down of a training step by logging it", figure=slower * 100, unit="%", target=1.2,
                beside=f"a step of {alone:.2f} ms of our loop")


def _pair(spec: TrainSpec, data: Rows, journal: Path, *, logged_first: bool) -> tuple[float, float]:
    """Processor seconds with a journal and without."""
    if logged_first:
        return _fit(spec, data, Journal(journal)), _fit(spec, data, Unwritten())
    alone = _fit(spec, data, Unwritten())
    return _fit(spec, data, Journal(journal)), alone


def _fit(spec: TrainSpec, data: Rows, journal: Journal) -> float:
    """Processor seconds of training; the loss is read either way."""
    model = package.module(rows.configure(spec, data))
    start = time.process_time()
    loop.fit(spec, model, data, Ranks(), journal)
    return time.process_time() - start
