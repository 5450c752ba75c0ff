"""The journal: what is written is there, whoever dies; without room nothing is begun; what is too large is refused."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from tests.faults.clocks import Clock
from trainer.attempt import events
from trainer.attempt.journal import SPAN, Journal, Reader, end_of
from trainer.errors import TrainerError
from trainer.tasks.classification import Target
from trainer.tasks.classification.task import Classification
from trainer.training.deferred import Step
from trainer.training.recorder import RATE_SECONDS, Recorder


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process grows beyond ``size`` bytes, as on a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def write_event(journal: Journal, number: int) -> None:
    journal.write(events.Log(message=str(number)))


def write_point(journal: Journal, number: int) -> None:
    journal.log(number, {"train/loss": 0.5})


@pytest.mark.parametrize("write", [write_event, write_point])
def test_what_has_no_room_is_not_begun_and_hides_nothing(tmp_path: Path, write: Callable[[Journal, int], None]) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    write(journal, 0)
    number = 0
    with room_for(path.stat().st_size), pytest.raises(OSError, match=r"No space left|File too large"):
        while number < SPAN:
            write(journal, number := number + 1)
    write(journal, number)
    assert number > 100
    stored = [event for _, event in Reader(path).read() if not isinstance(event, events.Series)]
    assert len(stored) == number + 1


def test_a_journal_whose_process_was_killed_ends_behind_its_last_frame_and_goes_on_there(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    child = os.fork()
    if child == 0:
        journal = Journal(path)
        for step in range(3_000):
            write_point(journal, step)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    reader = Reader(path)
    assert [event.step for _, event in reader.read() if isinstance(event, events.Point)] == list(range(3_000))
    assert not reader.has_more()
    assert reader.position == end_of(path) < path.stat().st_size
    path.write_bytes(path.read_bytes()[: end_of(path) - 3] + bytes(1000))  # the last frame is torn
    journal = Journal(path)
    write_point(journal, 3_000)
    steps = [event.step for _, event in Reader(path).read() if isinstance(event, events.Point)]
    assert steps == [*range(2_999), 3_000]


def test_a_journal_that_is_closed_is_as_long_as_what_was_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    write_point(journal, 1)
    journal.close()
    assert (tmp_path / "journal").stat().st_size == end_of(tmp_path / "journal")


def test_the_times_of_points_go_on_while_the_machine_s_clock_jumps(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    writer = """
import sys
from trainer.attempt.journal import Journal
from pathlib import Path
journal = Journal(Path(sys.argv[1]))
for step in range(3):
    journal.log(step, {"train/loss": 0.5})
    print(flush=True)
    sys.stdin.readline()
"""
    command = [sys.executable, "-c", writer, str(tmp_path / "journal")]
    environment = {**os.environ, **clock.environment}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin and process.stdout
        for seconds in (3600, -3600, 0):
            process.stdout.readline()
            clock.set(seconds)
            process.stdin.write("\n")
            process.stdin.flush()
    times = [event.time for _, event in Reader(tmp_path / "journal").read() if isinstance(event, events.Point)]
    assert len(times) == 3
    assert times == sorted(times)
    assert abs(times[-1] - time.time()) < 60


def test_a_reader_beside_the_writer_sees_whole_frames_only(tmp_path: Path) -> None:
    path, most = tmp_path / "journal", 200_000
    child = os.fork()
    if child == 0:
        journal = Journal(path)
        for step in range(most):
            write_point(journal, step)
        os._exit(0)
    reader, steps = Reader(path), list[int]()
    deadline = time.monotonic() + 60
    while len(steps) < most and time.monotonic() < deadline:
        steps += [event.step for _, event in reader.read() if isinstance(event, events.Point)]
    os.waitpid(child, 0)
    assert steps == list(range(most))


def test_a_bit_that_is_flipped_anywhere_hides_what_follows_invents_nothing_and_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    for number in range(3):
        write_event(journal, number)
        write_point(journal, number)
    journal.close()
    content, whole = path.read_bytes(), list(Reader(path).read())
    last = whole[-2][0]
    for bit in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged + bytes(1000))  # room for frames to come
        reader = Reader(path)
        events_before = [event for event in whole if event[0] <= bit // 8]
        assert list(reader.read()) == events_before
        assert reader.is_damaged() is (bit // 8 < last)  # of the last frame nobody can say whether it was ever whole


def test_a_torn_tail_and_a_whole_journal_are_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    write_event(journal, 0)
    write_point(journal, 0)
    journal.close()
    content = path.read_bytes()
    for size in range(len(content) + 1):
        path.write_bytes(content[:size] + bytes(1000))
        reader = Reader(path)
        list(reader.read())
        assert not reader.is_damaged()


def report_of(size: int) -> events.Result:
    """An event whose payload has this size in bytes."""
    rest = len(events.encode(events.Result(report={"name": ""}))) - events.HEADER.size
    return events.Result(report={"name": "x" * (size - rest)})


def test_the_largest_event_that_readers_take_is_written_and_one_byte_more_is_refused_and_hides_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.write(report_of(events.LARGEST_FRAME))
    size = end_of(path)
    with pytest.raises(TrainerError, match="fewer classes"):
        journal.write(report_of(events.LARGEST_FRAME + 1))
    assert end_of(path) == size
    journal.write(events.Ended(outcome="failed"))
    reader = Reader(path)
    stored = [event for _ in range(2) for _position, event in reader.read()]
    assert [event.type for event in stored if not isinstance(event, events.Point)] == ["result", "ended"]


def test_a_second_training_in_a_journal_stores_its_points_under_its_own_names(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    task = Classification(Target(name="label", classes=("a", "b"), counts=(3, 3)))
    for first in (1, 3):  # as two stages of a compression, each with a recorder of its own
        recorder = Recorder(journal, task, nonfinite="stop")
        recorder.record([Step(first, 4, 0.01, torch.tensor([0.0, 2.0, 4.0, 3.0]))])
        journal.log(first, {"validation/loss": 0.4})
        time.sleep(RATE_SECONDS)
        recorder.record([Step(first + 1, 4, 0.01, torch.tensor([0.0, 2.0, 4.0, 3.0]))])

    names: dict[int, tuple[str, ...]] = {}
    points: list[tuple[int, dict[str, float]]] = []
    for _, event in Reader(tmp_path / "journal").read():
        if isinstance(event, events.Series):
            assert event.id not in names
            names[event.id] = event.names
        elif isinstance(event, events.Point):
            points.append((event.step, dict(zip(names[event.series], event.values, strict=True))))
    trained = [(step, values) for step, values in points if "train/loss" in values]
    assert trained == [
        (step, {"train/loss": 0.5, "train/accuracy": 0.75, "learning_rate": 0.01}) for step in (1, 2, 3, 4)
    ]
    assert [step for step, values in points if "validation/loss" in values] == [1, 3]
    assert [step for step, values in points if "samples_per_second" in values] == [2, 4]
