"""P15 for a table of a million rows: rows a second of one rank on one thread, curves on, beside a loop written by hand
over one tensor and beside Lightning.

The hand-written loop has the whole table in memory as one tensor of features, standardised and one-hot beforehand; it
takes each batch of it by shuffled indices. Ours reads raw values from the mapped file and encodes them in the graph.
Network, loss, optimizer, schedule and batch size are the same. See p15_throughput.
"""

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR

from tests.benchmarks.line import Line
from tests.benchmarks.p15_throughput import PACKAGES, Epoch, fastest, model_of, ours, peer, ratio
from tests.trainer.attempts import write_table
from trainer import catalog, schedules
from trainer.data import rows
from trainer.data.prepared import Indices, Prepared
from trainer.data.rows import Rows
from trainer.packaging.preprocessing import RawModel
from trainer.specs.train import TrainDraft, TrainSpec

ROWS, NUMBERS, CATEGORIES = 1_000_000, 8, 3
BATCH = 1024
ROUNDS = 4
HOW = f"rows per CPU second of {ROWS:,}, fastest of {ROUNDS} epochs each"
MODELS = {"mlp": "a table's fully connected network", "fusion": "a table's fusion"}


def run() -> list[Line]:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        path = _write(Path(name) / "table.safetensors")
        return [line for model in MODELS for line in _of_model(model, path, Path(name) / model)]


def _write(path: Path) -> Path:
    """Numbers, of which some are missing, and categories; the first of these is to be told."""
    random = np.random.default_rng(0)
    numbers = random.normal(size=(ROWS, NUMBERS))
    codes = random.integers(0, 3, (ROWS, CATEGORIES))
    codes[:, 0] = (numbers[:, 0] > 0).astype(int) + codes[:, 1] // 2
    numbers[::20, 1] = np.nan
    return write_table(path, numbers, codes)


def _of_model(name: str, path: Path, folder: Path) -> Iterator[Line]:
    folder.mkdir()
    prepared = Prepared.open(path)
    task = {"name": "classification", "target": "c0"}
    draft = {"task": task, "model": {"name": name}, "epochs": 1, "batch_size": BATCH}
    spec = TrainDraft.model_validate(draft).resolved(prepared.summary)
    data = rows.read(spec, prepared)
    epochs: dict[str, Epoch] = {
        "hand": partial(_by_hand, spec, data, Table.of(spec, data)),
    }
    with ours(folder, path, spec) as own, peer(folder, path, spec, ROUNDS) as lightning:
        seconds = fastest({"ours": own} | epochs | ({"lightning": lightning} if lightning else {}), ROUNDS)
    speeds = {loop: len(data.parts.train) / best for loop, best in seconds.items()}
    yield ratio(MODELS[name], "a hand-written loop over one tensor", 1.0, speeds["ours"], speeds["hand"], HOW)
    if "lightning" in speeds:
        yield ratio(MODELS[name], f"Lightning ({PACKAGES[0]})", 1.3, speeds["ours"], speeds["lightning"], HOW)


class Table:
    """Somebody's own data: a tensor of features [N, F], one of targets [N], and where each block's features are."""

    def __init__(self, features: Tensor, targets: Tensor, blocks: dict[str, slice]) -> None:
        self.features = features
        self.targets = targets
        self.blocks = blocks

    @classmethod
    def of(cls, spec: TrainSpec, data: Rows) -> "Table":
        """All rows, encoded as the model encodes them."""
        model = model_of(spec, data).eval()
        everything = np.arange(len(data.prepared))
        with torch.no_grad():
            encoded = model.encode(data.batch(everything))
        ends = np.cumsum([0, *(values.shape[1] for values in encoded.values())]).tolist()
        blocks = {name: slice(*span) for name, span in zip(encoded, zip(ends, ends[1:], strict=False), strict=True)}
        return cls(torch.cat(list(encoded.values()), 1), data.targets_of(everything), blocks)

    def outputs(self, model: RawModel, part: Tensor) -> Tensor:
        features = self.features[part]
        outputs: Tensor = model.network({name: features[:, span] for name, span in self.blocks.items()})
        return outputs


def _by_hand(spec: TrainSpec, data: Rows, table: Table) -> float:
    """Processor seconds of one epoch, keeping loss and accuracy of each step."""
    model, train = model_of(spec, data), _tensor(data.parts.train)
    start = time.process_time()
    loss_of = catalog.build("losses", spec.loss, data.task.target)
    optimizer = catalog.build("optimizers", spec.optimizer, model.network.named_parameters())
    batches = train[torch.randperm(len(train))].split(spec.batch_size)
    schedule = LambdaLR(optimizer, partial(schedules.factor, spec.schedule, total=len(batches)))
    curve: list[tuple[float, float]] = []
    model.train()
    for batch in batches:
        optimizer.zero_grad()
        outputs, targets = table.outputs(model, batch), table.targets[batch]
        loss = loss_of(outputs, targets).mean()
        loss.backward()
        optimizer.step()
        schedule.step()
        curve.append((loss.item(), (outputs.argmax(1) == targets).float().mean().item()))
    model.eval()
    with torch.no_grad():
        part = _tensor(data.parts.validation)
        outputs, targets = table.outputs(model, part), table.targets[part]
        curve.append((float(loss_of(outputs, targets).mean()), float((outputs.argmax(1) == targets).float().mean())))
    return time.process_time() - start


def _tensor(part: Indices) -> Tensor:
    return torch.from_numpy(np.asarray(part))
