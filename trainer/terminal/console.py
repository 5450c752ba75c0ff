"""What the subcommands share: reading a spec, the devices of this machine, and what is printed of an attempt."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trainer import mistakes
from trainer.attempt import events, job
from trainer.attempt.journal import Reader, end_of
from trainer.errors import TrainerError
from trainer.sentences import filled
from trainer.specs.parsing import AnyDraft, parse

POLL_SECONDS = 0.05
FEWEST_CPU_DEVICES = 2  # as a worker has: two ranks can be tried on any machine


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises TrainerError when it is something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TrainerError(
            "spec_not_json", "%(path)s is not JSON: %(error)s. Correct it there.", path=str(path), error=str(error)
        ) from error
    if not isinstance(content, dict):
        raise TrainerError(
            "spec_not_object", "%(path)s must hold one JSON object. Put braces around its fields.", path=str(path)
        )
    return content


def checked(raw: dict[str, Any], kind: str) -> AnyDraft:
    """The spec of this kind that was given. Raises TrainerError with a line for each mistake."""
    try:
        return parse(raw, kind)
    except ValidationError as error:
        message = "\n".join(map(str, mistakes.of(error.errors(include_url=False), raw)))
        raise TrainerError("spec_wrong", message) from error


def devices(ranks: int) -> tuple[str, ...]:
    """A GPU for each rank where there are enough, else a core of the processor. Raises TrainerError where neither
    has as many.
    """
    os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"  # counting must not start CUDA before the fork
    import torch

    gpus, cores = torch.cuda.device_count(), max(FEWEST_CPU_DEVICES, len(os.sched_getaffinity(0)))
    if ranks > max(gpus, cores):
        raise TrainerError(
            "too_few_devices",
            "%(ranks)s ranks need as many devices, and this machine has %(devices)s; "
            "ask for at most %(devices)s ranks.",
            field="ranks",
            ranks=ranks,
            devices=max(gpus, cores),
        )
    kind = "cuda" if gpus >= ranks else "cpu"
    return tuple(f"{kind}:{rank}" for rank in range(ranks))


def reader_of_news(folder: Path) -> Reader:
    """Reads what the next attempt in ``folder`` will write."""
    journal = folder / "journal"
    return Reader(journal, end_of(journal))


def events_of(reader: Reader) -> Iterator[events.Event]:
    """All events that can be read by now."""
    while batch := list(reader.read()):
        yield from (event for _, event in batch)


@contextmanager
def pausing_on_interrupt(folder: Path) -> Iterator[None]:
    """The first Ctrl-C asks the attempt for a checkpoint, the second one ends this process."""

    def ask(*_: object) -> None:
        print("\nWriting a checkpoint …", file=sys.stderr)
        job.command(folder, job.PAUSE)
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    before = signal.signal(signal.SIGINT, ask)
    yield
    signal.signal(signal.SIGINT, before)


def sentence(ended: events.Ended) -> str:
    return filled(ended.message, ended.params)


class Screen:
    """Prints what a person wants to see of an attempt."""

    def __init__(self) -> None:
        self._names: dict[int, tuple[str, ...]] = {}
        self._total = 0
        self.ended: events.Ended | None = None
        self.report: dict[str, Any] = {}

    def show(self, event: events.Event) -> None:
        match event:
            case events.Series():
                self._names[event.id] = event.names
            case events.Started():
                self._total = event.total_steps
                print(f"From step {event.step} of {event.total_steps}, on {', '.join(event.placement)}.", flush=True)
            case events.Point():
                self._show_point(event)
            case events.Log():
                print(filled(event.message, event.params), flush=True)
            case events.Result():
                self.report = event.report
            case events.Ended():
                self.ended = event

    def _show_point(self, point: events.Point) -> None:
        values = dict(zip(self._names[point.series], point.values, strict=True))
        if "validation/loss" in values:
            scores = ", ".join(
                f"{name} {value:.4f}" for name, value in values.items() if name.startswith("validation/")
            )
            print(f"step {point.step}/{self._total}, epoch {values['epoch']:.0f}: {scores}", flush=True)
