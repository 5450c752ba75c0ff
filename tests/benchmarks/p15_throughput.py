"""P15: training throughput of one rank on one thread, curves on, beside a loop as people write it by hand.

Both train the default network on the digits sample, with the same model, optimizer, schedule and batches, and score the
validation rows once. The hand-written loop keeps PyTorch's own memory layout, as the tutorials do. Lightning has a line of its
own once this benchmark makes an environment for it; it is not measured.
"""

import tempfile
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from tests.benchmarks.line import Line
from tests.trainer.samples import digits
from trainer import catalog, loop, package, rows
from trainer.data import Prepared
from trainer.journal import Journal
from trainer.parallel import Ranks
from trainer.preprocessing import RawModel
from trainer.rows import Rows
from trainer.spec import TrainSpec

ROUNDS = 12


def run() -> list[Line]:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        prepared = Prepared.open(digits(Path(name)))
        spec = TrainSpec(epochs=1).resolved(prepared.summary)
        data = rows.read(spec, prepared)
        loader = DataLoader(_data_set(data), batch_size=spec.batch_size, shuffle=True)
        journal = Journal(Path(name) / "journal")
        times: dict[str, list[float]] = {"ours": [], "hand": []}
        for number in range(ROUNDS):
            for who in sorted(times, reverse=number % 2 == 0):  # each goes first as often as the other
                times[who].append(_ours(spec, data, journal) if who == "ours" else _by_hand(spec, data, loader))
    ours, hand = (len(data.parts.train) / min(seconds) for seconds in times.values())
    return [Line(number="P15", name="training throughput beside a hand-written loop with DataLoader", figure=ours / hand, unit="x",
                 target=1.0, better="more",
                 beside=f"{ours:.0f} and {hand:.0f} rows per CPU second, fastest of {ROUNDS} epochs each; Lightning not measured")]


def _data_set(data: Rows) -> TensorDataset:
    return TensorDataset(data.inputs(data.parts.train), data.answers(data.parts.train))


def _model(spec: TrainSpec, data: Rows) -> RawModel:
    Ranks().seed(spec.seed)
    return package.module(rows.configure(spec, data))


def _ours(spec: TrainSpec, data: Rows, journal: Journal) -> float:
    """Processor seconds of one epoch by our loop."""
    model = _model(spec, data)
    start = time.process_time()
    loop.fit(spec, model, data, Ranks(), journal)
    return time.process_time() - start


def _by_hand(spec: TrainSpec, data: Rows, loader: "DataLoader[tuple[Tensor, ...]]") -> float:
    """Processor seconds of one epoch as PyTorch's tutorials write it, keeping loss and accuracy of each step."""
    model = _model(spec, data)
    assert spec.loss is not None
    start = time.process_time()
    loss_of = catalog.build("losses", spec.loss)
    optimizer = catalog.build("optimizers", spec.optimizer, model.network.parameters())
    schedule = catalog.build("schedules", spec.schedule, optimizer, len(loader))
    curve: list[tuple[float, float]] = []
    model.train()
    for inputs, targets in loader:
        optimizer.zero_grad()
        outputs = model(inputs.float())
        loss = loss_of(outputs, targets).mean()
        loss.backward()
        optimizer.step()
        schedule.step()
        curve.append((loss.item(), (outputs.argmax(1) == targets).float().mean().item()))
    model.eval()
    with torch.no_grad():
        part = data.parts.validation
        outputs = model(data.inputs(part).float())
        curve.append((float(loss_of(outputs, data.answers(part)).mean()), float((outputs.argmax(1) == data.answers(part)).float().mean())))
    return time.process_time() - start
