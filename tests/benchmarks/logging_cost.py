"""P1 and P2: what a point costs the training process, and what logging every step costs a step of 0.6 ms."""

import os
import tempfile
import time
from pathlib import Path
from statistics import median

import torch
from torch import nn

from tests.benchmarks.line import Line
from trainer.journal import Journal, Log

CALLS = 20_000
ROUNDS = 9
STEPS = 300
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
    torch.set_num_threads(1)
    log = Journal(folder / "steps").series(*NAMES)
    model = nn.Sequential(nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    rows = torch.randn(96, 256)
    slower = [_steps(model, optimizer, rows, log) / _steps(model, optimizer, rows, None) for _ in range(ROUNDS)]
    alone = _steps(model, optimizer, rows, None) / STEPS * 1000
    return Line(number="P2", name="slow-down of a step by logging it", figure=(median(slower) - 1) * 100, unit="%", target=1.2,
                beside=f"a step of {alone:.2f} ms")


def _steps(model: nn.Module, optimizer: torch.optim.Optimizer, rows: torch.Tensor, log: Log | None) -> float:
    """Processor seconds of STEPS training steps. The loss is read either way; only writing it is compared."""
    start = time.process_time()
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = model(rows).square().mean()
        torch.autograd.backward(loss)
        optimizer.step()
        value = loss.item()
        if log is not None:
            log(step, (value, 0.0, 0.01))
    return time.process_time() - start
