"""P1 and P2: what a point costs the training process, and what logging every step costs a step of 10 ms.

That is measured where it is largest beside the step, at one of 0.6 ms, and stated for one of 10 ms, as usual networks
have: a point costs the same whatever the step takes.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from tests.benchmarks.line import Line
from tests.trainer.attempts import write_table
from trainer.attempt.journal import Journal, Log, Unwritten
from trainer.data import rows
from trainer.data.prepared import Array, Prepared
from trainer.packaging import package
from trainer.specs.train import TrainDraft
from trainer.training import loop
from trainer.training.parallel import Ranks
from trainer.training.setting import Setting

CALLS = 20_000
ROUNDS = 45
BLOCK = 16  # steps
STATED_AT = 0.010  # seconds of a step
ROWS = 24_000
SPEC = {
    "task": {"name": "classification", "target": "c0"},
    "model": {"name": "mlp", "hidden": [96]},
    "batch_size": 32,
    "epochs": 90,
}
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
    return [
        Line(
            number="P1",
            name="CPU of one log() call beside write(2)",
            figure=ours / floor,
            unit="x",
            target=2,
            beside=f"{ours:.2f} µs, write {floor:.2f} µs",
        ),
        Line(number="P1", name="one log() call, p99", figure=slowest, unit="µs", target=50),
    ]


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
    """Our own loop on a table, whose points are written in every other block of steps and dropped in between."""
    torch.set_num_threads(1)
    generator = np.random.default_rng(0)
    numbers, codes = generator.normal(size=(ROWS, 64)), generator.integers(0, 3, (ROWS, 1))
    prepared = Prepared.open(write_table(folder / "table.safetensors", numbers, codes))
    spec = TrainDraft.model_validate(SPEC).resolved(prepared.summary)
    data = rows.read(spec, prepared)
    journal = Alternating(folder / "alternating")
    loop.fit(Setting(spec, package.module(rows.configure(spec, data)), data, Ranks(), journal))
    slower, silent = _slowdown(np.diff(journal.marks))
    step = silent / BLOCK
    return Line(
        number="P2",
        name=f"slow-down of a training step of {STATED_AT * 1000:.0f} ms by logging it",
        figure=100 * slower * step / STATED_AT,
        unit="%",
        target=0.15,
        beside=f"{slower * 100:.2f} % of a step of {step * 1000:.2f} ms of our loop; {len(journal.marks) - 1:,} blocks "
        f"of {BLOCK} steps",
    )


class Alternating(Journal):
    """Writes the points of a step in every other block of BLOCK steps; in the others nothing. Notes the processor's
    time at each block's beginning: the loads of a shared machine change more slowly than blocks follow each other.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.marks: list[float] = []

    def series(self, *names: str) -> Log:
        if names != NAMES:
            return super().series(*names)
        logs = Unwritten().series(*names), super().series(*names)

        def log(step: int, values: Sequence[float]) -> None:
            block, place = divmod(step, BLOCK)
            if place == 0:
                self.marks.append(time.process_time())
            logs[block % 2](step, values)

        return log


def _slowdown(blocks: Array) -> tuple[float, float]:
    """By what part a block that logs is slower than the mean of the silent ones before and behind it (the median), and
    how many seconds of the processor a silent one takes. The first mark begins block 1, which logs.
    """
    silent, logged = blocks[1::2], blocks[2::2]
    pairs = min(len(silent) - 1, len(logged))
    around = (silent[:pairs] + silent[1 : pairs + 1]) / 2
    return float(np.median(logged[:pairs] / around)) - 1, float(np.median(silent))
