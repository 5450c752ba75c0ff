"""What a follower takes from a journal: nothing for an attempt that was given up, large files without holding others
up.
"""

import hashlib
import os
import time
from pathlib import Path
from uuid import UUID

import pytest

from tests.worker.conftest import read_all
from trainer.attempt import events
from trainer.attempt.journal import Journal
from webapp.artifacts import store
from webapp.artifacts.models import Artifact, Edge
from webapp.metrics.models import Chunk, Tail
from webapp.metrics.window import window
from webapp.runs import states
from webapp.runs.models import Attempt, Run, State
from worker import publish
from worker.follow import LARGEST_BATCH, FencedError, Follower

pytestmark = pytest.mark.django_db


def follower(attempt: Attempt, folder: Path) -> Follower:
    return Follower(attempt.run_id, Attempt.objects.get(pk=attempt.pk), folder)


def write_output(folder: Path, size: int) -> str:
    """An output of random bytes, and the event that names it; returns its hash."""
    content = os.urandom(size)
    (folder / "out" / "model").write_bytes(content)
    Journal(folder / "journal").write(events.Output(role="export", path="out/model", name="model", meta={}))
    return hashlib.sha256(content).hexdigest()


def steps_of(run: UUID) -> list[int]:
    return [int(step) for step in window(run, None, 2_000)["train/loss"].shown.steps]


def stream_of(run: UUID) -> int:
    return Run.objects.get(pk=run).stream


def test_a_stale_attempt_changes_nothing(attempt: Attempt, folder: Path) -> None:
    journal = Journal(folder / "journal")
    journal.log(1, {"train/loss": 1.0})
    stale = follower(attempt, folder)
    assert stale.follow()
    assert states.move(attempt.run_id, State.QUEUED, attempt=1)
    assert states.begin_attempt(attempt.run_id, 1)
    position, stream = Attempt.objects.get(pk=attempt.pk).position, stream_of(attempt.run_id)
    journal.log(2, {"train/loss": 0.5})
    write_output(folder, 1000)
    with pytest.raises(FencedError):
        stale.follow()
    assert (Attempt.objects.get(pk=attempt.pk).position, stream_of(attempt.run_id)) == (position, stream)
    assert not Artifact.objects.exists()
    assert not list(store.incoming().iterdir())


def test_two_readers_of_one_attempt_store_each_point_once(attempt: Attempt, folder: Path) -> None:
    journal = Journal(folder / "journal")
    first, second = follower(attempt, folder), follower(attempt, folder)
    journal.log(1, {"train/loss": 1.0})
    assert first.follow()
    with pytest.raises(FencedError):
        second.follow()
    journal.log(2, {"train/loss": 0.5})
    assert first.follow()
    assert steps_of(attempt.run_id) == [1, 2]


def test_small_flushes_become_chunks(attempt: Attempt, folder: Path) -> None:
    journal, reader = Journal(folder / "journal"), follower(attempt, folder)
    for step in range(1, 1_501):
        journal.log(step, {"train/loss": 1.0 / step})
        if step % 100 == 0:
            assert reader.follow()
    assert Chunk.objects.filter(series__run=attempt.run_id).exists()
    assert Tail.objects.filter(run=attempt.run_id).count() < 11
    assert steps_of(attempt.run_id) == list(range(1, 1_501))
    assert Run.objects.get(pk=attempt.run_id).step == 1_500


@pytest.mark.parametrize("size", [1000, publish.LARGE + 1])
def test_an_output_is_linked_into_the_store(attempt: Attempt, folder: Path, size: int) -> None:
    sha256 = write_output(folder, size)
    reader = follower(attempt, folder)
    read_all(reader)
    edge = Edge.objects.get(run=attempt.run_id)
    assert (edge.artifact_id, edge.artifact.size) == (sha256, size)
    assert store.local_path(sha256).samefile(folder / "out" / "model")
    assert not list(store.incoming().iterdir())
    assert not reader.follow()


def test_a_large_output_does_not_hold_the_loop_up(attempt: Attempt, folder: Path) -> None:
    write_output(folder, 20 * publish.LARGE)
    reader = follower(attempt, folder)
    began = time.monotonic()
    first = reader.follow()
    assert not first
    assert time.monotonic() - began < 0.1
    assert not Edge.objects.exists()
    read_all(reader)
    assert Edge.objects.count() == 1


def test_a_follower_that_begins_within_a_journal_knows_the_names_of_its_points(attempt: Attempt, folder: Path) -> None:
    journal = Journal(folder / "journal")
    journal.log(1, {"train/loss": 1.0})
    read_all(follower(attempt, folder))
    journal.log(2, {"train/loss": 0.5})
    read_all(follower(attempt, folder))
    assert steps_of(attempt.run_id) == [1, 2]


def test_a_long_journal_is_stored_in_several_turns(attempt: Attempt, folder: Path) -> None:
    journal, reader = Journal(folder / "journal"), follower(attempt, folder)
    for step in range(1, LARGEST_BATCH + 2):
        journal.log(step, {"train/loss": 1.0})
    assert not reader.drain()
    assert Run.objects.get(pk=attempt.run_id).step == LARGEST_BATCH
    read_all(reader)
    assert Run.objects.get(pk=attempt.run_id).step == LARGEST_BATCH + 1


def test_an_output_of_an_attempt_that_is_left_leaves_nothing_behind(attempt: Attempt, folder: Path) -> None:
    write_output(folder, publish.LARGE + 1)
    reader = follower(attempt, folder)
    assert not reader.follow()
    reader.close()
    publish._thread.submit(lambda: None).result()
    assert not list(store.incoming().iterdir())
