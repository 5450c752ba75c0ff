"""P15: training throughput of one rank on one thread, curves on, beside a loop as people write it by hand and beside
Lightning.

All train the default network on the digits sample, with the same model, optimizer, schedule and batches, and score the
validation rows once. The peers keep PyTorch's own memory layout, as the tutorials do. Ours runs in a process of its
own, p15_ours.py, and so does Lightning, p15_lightning.py, which is installed for this benchmark alone; where pip cannot
get it, it is not measured.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR

from tests.benchmarks import p15_loaders
from tests.benchmarks.line import Line
from tests.benchmarks.p15_loaders import Batch, Loader
from tests.trainer.samples import digits
from trainer import catalog, schedules
from trainer.data import rows
from trainer.data.prepared import Prepared
from trainer.data.rows import Rows
from trainer.packaging import package
from trainer.packaging.preprocessing import RawModel
from trainer.specs.train import TrainDraft, TrainSpec
from trainer.training.parallel import Ranks

ROUNDS = 12
# Lightning and what it needs that we have not; it shares our torch.
PACKAGES = ("lightning==2.6.6", "lightning-utilities==0.15.3", "torchmetrics==1.9.0", "tqdm==4.70.1", "PyYAML==6.0.3")

Epoch = Callable[[], float]  # trains one epoch; its processor seconds


def run() -> list[Line]:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = digits(folder)
        prepared = Prepared.open(path)
        spec = TrainDraft(epochs=1).resolved(prepared.summary)
        data = rows.read(spec, prepared)
        validation = p15_loaders.whole(data, data.parts.validation).tensors  # in one batch
        epochs: dict[str, Epoch] = {
            "hand": partial(by_hand, spec, data, p15_loaders.training(spec, data), [validation]),
        }
        with ours(folder, path, spec) as own, peer(folder, path, spec) as lightning:
            best = fastest({"ours": own} | epochs | ({"lightning": lightning} if lightning else {}))
    return _lines({name: len(data.parts.train) / seconds for name, seconds in best.items()})


def _lines(speeds: dict[str, float]) -> list[Line]:
    """``speeds`` in rows per CPU second."""
    ours, hand, lightning = speeds["ours"], speeds["hand"], speeds.get("lightning")
    how = f"rows per CPU second, fastest of {ROUNDS} epochs each"
    by_hand = Line(
        number="P15",
        name="training throughput beside a hand-written loop with DataLoader",
        figure=ours / hand,
        unit="x",
        target=1.0,
        better="more",
        beside=f"{ours:.0f} and {hand:.0f} {how}" + ("" if lightning else "; Lightning not measured"),
    )
    if not lightning:
        return [by_hand]
    return [
        by_hand,
        Line(
            number="P15",
            name="training throughput beside Lightning",
            figure=ours / lightning,
            unit="x",
            target=1.3,
            better="more",
            beside=f"{ours:.0f} and {lightning:.0f} {how}; {PACKAGES[0]}",
        ),
    ]


def ratio(what: str, beside: str, target: float, figure: float, other: float, how: str) -> Line:
    """Our throughput of ``what`` by that of somebody else; ``how`` says what the two figures count."""
    return Line(
        number="P15",
        name=f"training throughput of {what} beside {beside.partition(' (')[0]}",
        figure=figure / other,
        unit="x",
        target=target,
        better="more",
        beside=f"{figure:.0f} and {other:.0f} {how}",
    )


def fastest(epochs: dict[str, Epoch], rounds: int = ROUNDS) -> dict[str, float]:
    """Processor seconds of each one's fastest epoch. They take turns, and each goes first as often as the others."""
    names = list(epochs)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            times[name].append(epochs[name]())
    return {name: min(seconds) for name, seconds in times.items()}


@contextmanager
def ours(folder: Path, prepared: Path, spec: TrainSpec) -> Iterator[Epoch]:
    """Our epoch, warmed up; a process of its own is one as training has it."""
    with _process("p15_ours", [str(prepared), spec.model_dump_json(), str(folder)]) as epoch:
        yield epoch


@contextmanager
def network(prepared: Path, spec: TrainSpec) -> Iterator[Epoch]:
    """The epoch that no loop can undercut, warmed up."""
    with _process("p15_network", [str(prepared), spec.model_dump_json()]) as epoch:
        yield epoch


@contextmanager
def peer(folder: Path, prepared: Path, spec: TrainSpec, rounds: int = ROUNDS) -> Iterator[Epoch | None]:
    """Lightning's epoch, warmed up; None where pip cannot get it."""
    packages = folder / "packages"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(packages), *PACKAGES]
    if subprocess.run(pip, stdout=sys.stderr).returncode != 0:
        yield None
        return
    fields = spec.model_copy(update={"epochs": 1 + rounds}).model_dump_json()
    places = {"PYTHONPATH": str(packages), "PYTHONWARNINGS": "ignore"}
    with _process("p15_lightning", [str(prepared), fields, str(folder)], places) as epoch:
        yield epoch


@contextmanager
def _process(module: str, arguments: list[str], environment: Mapping[str, str] | None = None) -> Iterator[Epoch]:
    """The epoch of a program of this folder, warmed up."""
    with subprocess.Popen(
        [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments],
        text=True,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    ) as process:
        epoch = partial(_turn, process)
        epoch()
        yield epoch


def _turn(process: "subprocess.Popen[str]") -> float:
    """Let the peer train one epoch and take its answer."""
    assert process.stdin and process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def model_of(spec: TrainSpec, data: Rows) -> RawModel:
    Ranks().seed(spec.seed)
    return package.module(rows.configure(spec, data))


def by_hand(spec: TrainSpec, data: Rows, training: Loader, validation: Iterable[Batch]) -> float:
    """Processor seconds of one epoch as PyTorch's tutorials write it, keeping loss and accuracy of each step."""
    model, names = model_of(spec, data), p15_loaders.names(data)
    start = time.process_time()
    loss_of = catalog.build("losses", spec.loss, data.task.target)
    optimizer = catalog.build("optimizers", spec.optimizer, model.network.named_parameters())
    schedule = LambdaLR(optimizer, partial(schedules.factor, spec.schedule, total=len(training)))
    curve: list[tuple[float, float]] = []
    model.train()
    for *blocks, targets in training:
        optimizer.zero_grad()
        outputs = model(_raw(names, blocks))
        loss = loss_of(outputs, targets).mean()
        loss.backward()
        optimizer.step()
        schedule.step()
        curve.append((loss.item(), (outputs.argmax(1) == targets).float().mean().item()))
    model.eval()
    loss_sum, right, count = 0.0, 0.0, 0
    with torch.no_grad():
        for *blocks, targets in validation:
            outputs = model(_raw(names, blocks))
            loss_sum += float(loss_of(outputs, targets).sum())
            right += float((outputs.argmax(1) == targets).sum())
            count += len(targets)
    curve.append((loss_sum / count, right / count))
    return time.process_time() - start


def _raw(names: list[str], blocks: list[Tensor]) -> dict[str, Tensor]:
    """By name, bytes of pictures as the network takes them."""
    return {
        name: values.float() if values.dtype == torch.uint8 else values
        for name, values in zip(names, blocks, strict=True)
    }
