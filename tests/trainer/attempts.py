"""Helpers for tests that train: small data, a warm process, and attempts whose journals are read back."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests import pictures
from trainer.asset import role
from trainer.attempt import events
from trainer.attempt.events import Ended
from trainer.attempt.job import Job
from trainer.attempt.journal import Reader
from trainer.checked import sha256
from trainer.columns import Column, category, number
from trainer.data.prepared import Array, Indices, Prepared, write_prepared
from trainer.data.rows import Rows
from trainer.data.summary import DataSummary
from trainer.packaging.preprocessing import RawModel
from trainer.specs.parsing import parse
from trainer.specs.train import TrainDraft
from trainer.training.device import to_device
from trainer.training.parallel import Ranks

SECONDS = 60.0
UNEQUAL_BY_NATURE = {"samples_per_second"}


def write_images(path: Path, rows: int = 300, classes: int = 3, size: int = 8, seed: int = 0) -> Path:
    """Images whose class is where they are bright, with noise enough to make mistakes."""
    random = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    pixels = random.integers(0, 160, (rows, 1, size, size))
    for label in range(classes):
        pixels[labels == label, :, label * size // classes : (label + 1) * size // classes] += 60
    return pictures.write(path, pixels.astype(np.uint8), labels, "abcdefghij"[:classes])


def write_table(path: Path, numbers: np.ndarray[Any, Any], codes: np.ndarray[Any, Any], levels: int = 3) -> Path:
    """A table with the number columns n0, n1 … and the category columns c0, c1 …"""
    columns: list[Column] = [
        number.Column(name=f"n{k}", distinct=len(np.unique(numbers[:, k]))) for k in range(numbers.shape[1])
    ]
    columns += [
        category.Column(name=f"c{k}", distinct=levels, levels=tuple("xyzuvw"[:levels])) for k in range(codes.shape[1])
    ]
    arrays: dict[str, Array] = {"numbers": numbers.astype(np.float64), "categories": codes.astype(np.int32)}
    write_prepared(path, DataSummary(rows=len(numbers), columns=tuple(columns)), arrays)
    return path


def encoded(model: RawModel, data: Rows, part: Indices) -> torch.Tensor:
    """What the network gets of these rows, all blocks side by side [B, features]."""
    inputs, _targets = to_device(data, part, Ranks(), next(model.parameters()).dtype)
    return torch.cat([values.flatten(1) for values in model.encode(inputs).values()], 1)


def write_job(
    folder: Path,
    spec: dict[str, Any],
    prepared: Path,
    *,
    attempt: int = 1,
    resume: Path | None = None,
    assets: Mapping[str, Path] | None = None,
) -> Path:
    """``assets`` are files by the identifier that the spec has for each."""
    folder.mkdir(parents=True)
    inputs = {"prepared": prepared, **{role(name): path for name, path in (assets or {}).items()}}
    draft = parse({"exporters": [], **spec}, "train")
    assert isinstance(draft, TrainDraft)
    complete = draft.resolved(Prepared.open(prepared).summary)
    job = Job(
        run="test",
        attempt=attempt,
        spec=complete,
        inputs={name: str(path) for name, path in inputs.items()},
        hashes={name: sha256(path) for name, path in inputs.items()},
        devices=tuple(f"cpu:{rank}" for rank in range(complete.ranks)),
        resume=str(resume) if resume else None,
    )
    (folder / "job.json").write_text(job.model_dump_json())
    return folder


class Warm:
    """The agent's end of a warm process, which is ``program`` of Python."""

    def __init__(self, *program: str) -> None:
        ours, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            [sys.executable, *(program or ("-m", "trainer.attempt.warm")), "--socket", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._lines = ours.makefile("r")
        self.connection = ours
        assert self.read() == {"ready": True}

    def read(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._lines.readline())
        return answer

    def ask(self, folder: Path) -> None:
        """Ask for a launcher."""
        self.connection.sendall(json.dumps({"folder": str(folder)}).encode() + b"\n")

    def start(self, folder: Path) -> int:
        """Fork a launcher; its process id."""
        self.ask(folder)
        return int(self.read()["pid"])

    def wait(self, folder: Path) -> int:
        """Wait for the launcher of ``folder`` to end; its exit code."""
        answer = self.read()
        assert answer["folder"] == str(folder)
        return os.waitstatus_to_exitcode(answer["status"])

    def run(self, folder: Path) -> "Attempt":
        self.start(folder)
        self.wait(folder)
        return Attempt.read(folder)

    def close(self) -> None:
        self.connection.close()
        self._lines.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()


@contextmanager
def warm_process(*program: str) -> Iterator[Warm]:
    warm = Warm(*program)
    try:
        yield warm
    finally:
        warm.close()


@dataclass(frozen=True)
class Attempt:
    """What an attempt left."""

    folder: Path
    events: list[events.Event]
    exits: list[int | None]

    @classmethod
    def read(cls, folder: Path) -> "Attempt":
        entries = [event for _, event in Reader(folder / "journal").read()] if (folder / "journal").exists() else []
        exits = json.loads((folder / "exits.json").read_text())["ranks"] if (folder / "exits.json").exists() else []
        return cls(folder, entries, [item["exitcode"] for item in exits])

    @property
    def ended(self) -> Ended | None:
        last = self.events[-1] if self.events else None
        return last if isinstance(last, Ended) else None

    @property
    def report(self) -> dict[str, Any]:
        return next(event.report for event in self.events if isinstance(event, events.Result))

    @property
    def logs(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    @property
    def last_checkpoint(self) -> Path | None:
        paths = [self.folder / event.path for event in self.events if isinstance(event, events.Checkpoint)]
        return paths[-1] if paths else None

    def values(self, name: str) -> list[tuple[int, float]]:
        """The points of one metric."""
        return [(step, value) for metric, step, value in curve([self]) if metric == name]


def curve(attempts: list[Attempt]) -> list[tuple[str, int, float]]:
    """All points of a run, as the server keeps them: a rewind takes back the points of later steps."""
    points: list[tuple[str, int, float]] = []
    for attempt in attempts:
        names: dict[int, tuple[str, ...]] = {}
        for event in attempt.events:
            if isinstance(event, events.Series):
                names[event.id] = event.names
            elif isinstance(event, events.Rewind):
                points = [point for point in points if point[1] <= event.step]
            elif isinstance(event, events.Point):
                points += [
                    (name, event.step, value)
                    for name, value in zip(names[event.series], event.values, strict=True)
                    if name not in UNEQUAL_BY_NATURE
                ]
    return sorted(points)


def steps_done(folder: Path) -> int:
    return max(
        (event.step for _, event in Reader(folder / "journal").read() if isinstance(event, events.Point)), default=0
    )


def wait_until(condition: Callable[[], Any], what: str, seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.002)


def children(pid: int) -> list[int]:
    """Living child processes, oldest first."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
