"""The journal when there is no room for it, and when something is too large for it."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from trainer import events
from trainer.deferred import Step
from trainer.errors import TrainerError
from trainer.journal import Journal, Reader
from trainer.recorder import RATE_SECONDS, Recorder

LONG = "no room for all of this"


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process grows beyond ``size`` bytes: what crosses it is written in part, as on a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def write_event(journal: Journal) -> None:
    journal.write(events.Log(message=LONG))


def write_point(journal: Journal) -> None:
    journal.log(2, {"train/loss": 0.5})


@pytest.mark.parametrize("write", [write_event, write_point])
@pytest.mark.parametrize("room", [1, 12])
def test_what_was_written_of_a_frame_that_does_not_fit_is_taken_back(tmp_path: Path, write: Callable[[Journal], None],
                                                                     room: int) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.log(1, {"train/loss": 0.7})
    size = path.stat().st_size
    with room_for(size + room), pytest.raises(OSError, match=r"No space left|File too large"):
        write(journal)
    assert path.stat().st_size == size

    write(journal)
    found = [event for _, event in Reader(path).read()]
    assert len(found) == 3
    assert isinstance(found[1], events.Point)
    assert (found[1].series, found[1].step, found[1].values) == (0, 1, (0.7,))


def report_of(size: int) -> events.Result:
    """An event whose payload has this size in bytes."""
    rest = len(events.encode(events.Result(report={"name": ""}))) - events.HEADER.size
    return events.Result(report={"name": "x" * (size - rest)})


def test_the_largest_event_that_readers_take_is_written_and_one_byte_more_is_refused_and_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.write(report_of(events.LARGEST_FRAME))
    size = path.stat().st_size
    with pytest.raises(TrainerError, match="fewer classes"):
        journal.write(report_of(events.LARGEST_FRAME + 1))
    assert path.stat().st_size == size
    journal.write(events.Ended(outcome="failed"))
    reader = Reader(path)
    found = [event for _ in range(2) for _position, event in reader.read()]
    assert [event.type for event in found if not isinstance(event, events.Point)] == ["result", "ended"]


def test_a_second_training_in_a_journal_stores_its_points_under_its_own_names(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    for first in (1, 3):  # as two stages of a compression, each with a recorder of its own
        recorder = Recorder(journal, classifies=True, nonfinite="stop")
        recorder.record([Step(first, 4, 0.01, torch.tensor([2.0, 3.0, 0.0, 0.0]))])
        journal.log(first, {"validation/loss": 0.4})
        time.sleep(RATE_SECONDS)
        recorder.record([Step(first + 1, 4, 0.01, torch.tensor([2.0, 3.0, 0.0, 0.0]))])

    names: dict[int, tuple[str, ...]] = {}
    points: list[tuple[int, dict[str, float]]] = []
    for _, event in Reader(tmp_path / "journal").read():
        if isinstance(event, events.Series):
            assert event.id not in names
            names[event.id] = event.names
        elif isinstance(event, events.Point):
            points.append((event.step, dict(zip(names[event.series], event.values, strict=True))))
    trained = [(step, values) for step, values in points if "train/loss" in values]
    assert trained == [(step, {"train/loss": 0.5, "train/accuracy": 0.75, "learning_rate": 0.01}) for step in (1, 2, 3, 4)]
    assert [step for step, values in points if "validation/loss" in values] == [1, 3]
    assert [step for step, values in points if "samples_per_second" in values] == [2, 4]
