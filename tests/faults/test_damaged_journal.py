"""A bit is flipped in the journal of an attempt: it is named, nothing is invented, and the run goes on and loses
nothing."""

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.faults.lab import (
    Lab,
    curve,
    describe,
    digits,
    finished,
    injected,
    step_of,
    train,
    wait_for,
    weights,
)
from trainer.attempt.journal import end_of
from webapp.datasets.models import DatasetVersion
from webapp.runs.models import Run, State

pytestmark = pytest.mark.fault

EPOCHS = 40
PAGE = 4096
Damage = Callable[[Path, int, int, random.Random], None]


@pytest.fixture(scope="module")
def version(lab: Lab) -> DatasetVersion:
    return digits(seed=41)


@pytest.fixture(scope="module")
def undisturbed(lab: Lab, version: DatasetVersion) -> Run:
    return finished(train(version, epochs=EPOCHS))


def flipped(path: Path, start: int, end: int, dice: random.Random) -> None:
    """One bit in the first half of what nobody has read."""
    _flip(path, dice.randrange(start, (start + end) // 2), dice)


def flipped_at_the_end(path: Path, start: int, end: int, dice: random.Random) -> None:
    """One bit of the last event, which is the end, once it has been written."""
    wait_for((path.parent / "exits.json").exists, 60)
    _flip(path, end_of(path) - 10, dice)


def emptied(path: Path, start: int, end: int, dice: random.Random) -> None:
    """Zeros, as a file system leaves them in place of a page that it lost."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(bytes(min(PAGE, (end - start) // 2)))


@pytest.mark.parametrize(
    "damage",
    [flipped, flipped_at_the_end, pytest.param(emptied, marks=pytest.mark.faults)],
    ids=lambda damage: damage.__name__,
)
def test_a_run_whose_journal_is_damaged_while_it_trains_goes_on_from_its_checkpoint(
    lab: Lab, version: DatasetVersion, undisturbed: Run, dice: random.Random, damage: Damage
) -> None:
    run = train(version, epochs=EPOCHS)
    wait_for(lambda: step_of(run) > 20 and run.checkpoints.exists(), say=lambda: describe(run))
    with _unread(lab, run) as (journal, position):
        damage(journal, position, end_of(journal), dice)
        injected("journal damaged")
    _went_on(lab, run, undisturbed)


@pytest.mark.faults
def test_what_was_read_before_is_kept_where_a_worker_that_was_killed_finds_its_beginning_damaged(
    lab: Lab, version: DatasetVersion, undisturbed: Run, dice: random.Random
) -> None:
    run = train(version, epochs=EPOCHS)
    wait_for(lambda: step_of(run) > 20 and run.checkpoints.exists(), say=lambda: describe(run))
    with _unread(lab, run) as (journal, _position):
        lab.kill_worker()
        _flip(journal, dice.randrange(0, 100), dice)
        injected("journal damaged")
    lab.start_worker()
    _went_on(lab, run, undisturbed)


@contextmanager
def _unread(lab: Lab, run: Run) -> Iterator[tuple[Path, int]]:
    """The run's journal, and from where on nobody has read it: the worker stands still while the ranks train.

    What it has read may be further than it has committed, so that only what is written from now on counts.
    """
    assert lab.worker is not None
    worker = psutil.Process(lab.worker.pid)
    worker.send_signal(signal.SIGSTOP)
    try:
        wait_for(lambda: worker.status() == psutil.STATUS_STOPPED, 20)
        journal = lab.state / "attempts" / str(run.pk) / "1" / "journal"
        unread = end_of(journal)
        wait_for(lambda: end_of(journal) > unread + 2000, 20)
        yield journal, unread
    finally:
        if worker.is_running():
            worker.send_signal(signal.SIGCONT)


def _flip(path: Path, at: int, dice: random.Random) -> None:
    with path.open("r+b") as file:  # in place: the rank has it mapped
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1 << dice.randrange(8)]))


def _went_on(lab: Lab, run: Run, undisturbed: Run) -> None:
    ended = finished(run)
    assert (ended.state, ended.attempt) == (State.SUCCEEDED, 2), describe(run)
    assert "journal_damaged" in [entry.body["reason_code"] for entry in run.entries.filter(type="state")]
    assert curve(run) == curve(undisturbed)
    assert weights(run) == weights(undisturbed)
