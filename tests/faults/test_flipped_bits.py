"""A bit flipped at rest, its file's time stamp kept, and files that are gone: named, told with what is lost, and never
used."""

import random
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.faults.lab import Lab, curve, describe, digits, finished, injected, state_of, train, wait_for, weights
from tests.trainer.test_damage import flip
from webapp.artifacts import store
from webapp.artifacts.models import Edge
from webapp.datasets.models import DatasetVersion
from webapp.runs import compressing, logbook, services
from webapp.runs.models import Kind, Run, State

pytestmark = pytest.mark.fault

LONG = 60  # epochs, long enough to be paused in their middle


@pytest.fixture(scope="module")
def version(lab: Lab) -> DatasetVersion:
    return digits(seed=17)


@pytest.fixture(scope="module")
def undisturbed(lab: Lab, version: DatasetVersion) -> Run:
    return finished(train(version, epochs=LONG, checkpoint_seconds=0.05))


@pytest.fixture
def paused(lab: Lab, version: DatasetVersion) -> Run:
    """A run in the middle of its training, with two checkpoints."""
    run = train(version, epochs=LONG, checkpoint_seconds=0.05)
    wait_for(lambda: run.checkpoints.count() == 2, 40, lambda: describe(run))
    services.command(run, "pause", run.owner)
    wait_for(lambda: state_of(run) == State.PAUSED, 40, lambda: describe(run))
    return Run.objects.get(pk=run.pk)


def stored(sha256: str) -> Path:
    path = store.local_path(sha256)
    path.chmod(0o600)
    return path


def flip_anywhere(path: Path, dice: random.Random) -> None:
    injected("bit flipped")
    flip(path, dice.randrange(8 * path.stat().st_size))


def remove(path: Path, _dice: random.Random) -> None:
    injected("stored file removed")
    path.unlink()


def log_of(run: Run) -> str:
    return "\n".join(line.text for line in logbook.lines(run))


@pytest.mark.parametrize(("damage", "code"), [(flip_anywhere, "input_damaged"), (remove, "input_missing")])
def test_a_run_whose_data_are_damaged_or_gone_waits_at_its_checkpoint_and_goes_on_when_they_are_back(
    lab: Lab,
    version: DatasetVersion,
    undisturbed: Run,
    paused: Run,
    dice: random.Random,
    damage: Callable[[Path, random.Random], None],
    code: str,
) -> None:
    assert version.prepared_id is not None
    path = stored(version.prepared_id)
    content = path.read_bytes()
    damage(path, dice)
    services.command(paused, "resume", paused.owner)
    wait_for(lambda: Run.objects.get(pk=paused.pk).reason_code == code, 40, lambda: describe(paused))
    waiting = Run.objects.get(pk=paused.pk)
    assert (waiting.state, waiting.reason_params) == (State.PAUSED, {"file": version.prepared_id[:12]})
    assert version.prepared_id[:12] in log_of(waiting)
    assert version.prepared_id[:12] in (lab.state / "logs" / "worker.log").read_text()
    (again := path.with_name("restored")).write_bytes(content)
    again.rename(path)
    ended = finished(paused)
    assert ended.state == State.SUCCEEDED, describe(ended)
    assert (weights(ended), curve(ended)) == (weights(undisturbed), curve(undisturbed))


@pytest.mark.parametrize("damage", [flip_anywhere, remove])
def test_a_run_that_loses_all_its_checkpoints_begins_anew_and_says_what_is_lost(
    lab: Lab, undisturbed: Run, paused: Run, dice: random.Random, damage: Callable[[Path, random.Random], None]
) -> None:
    older, newer = paused.checkpoints.order_by("step")
    for checkpoint in (older, newer):
        damage(stored(checkpoint.artifact_id), dice)
    services.command(paused, "resume", paused.owner)
    ended = finished(paused)
    assert ended.state == State.SUCCEEDED, describe(ended)
    how = "damaged" if damage is flip_anywhere else "missing"
    first = (
        f"The checkpoint of step {newer.step} (file {newer.artifact_id[:12]}) is {how}. Goes on from the one of "
        f"step {older.step}: {newer.step - older.step} steps are lost and trained again."
    )
    second = (
        f"The checkpoint of step {older.step} (file {older.artifact_id[:12]}) is {how}, and there is no other. "
        f"Begins anew: {newer.step} steps are lost and trained again."
    )
    run_log, worker_log = log_of(ended), (lab.state / "logs" / "worker.log").read_text()
    assert all(sentence in text for sentence in (first, second) for text in (run_log, worker_log))
    assert (weights(ended), curve(ended)) == (weights(undisturbed), curve(undisturbed))


def test_a_new_run_on_damaged_data_fails_with_the_name_of_the_file_and_can_be_done_again(
    lab: Lab, dice: random.Random
) -> None:
    data = digits(seed=18)
    assert data.prepared_id is not None
    path = stored(data.prepared_id)
    bit = dice.randrange(8 * path.stat().st_size)
    injected("bit flipped")
    flip(path, bit)
    failed = finished(train(data, epochs=2))
    assert (failed.state, failed.reason_code) == (State.FAILED, "input_damaged"), describe(failed)
    assert failed.reason_params["file"] == data.prepared_id[:12]
    assert not failed.versions.exists()
    flip(path, bit)
    assert finished(services.retry(run=failed, owner=failed.owner)).state == State.SUCCEEDED


def test_damaged_weights_are_neither_exported_nor_compressed_and_verify_tells_of_them(
    lab: Lab, dice: random.Random
) -> None:
    trained = finished(train(digits(seed=19), epochs=1))
    name, export = weights(trained), finished(trained.children.get(kind=Kind.EXPORT))
    flip_anywhere(stored(name), dice)
    runs = (
        services.retry(run=export, owner=export.owner),
        compressing.start_compression(owner=trained.owner, run=trained),
    )
    for run in map(finished, runs):
        assert (run.state, run.reason_code) == (State.FAILED, "input_damaged"), describe(run)
        assert run.reason_params["file"] == name[:12]
    assert not Edge.objects.filter(run=runs[0], direction=Edge.Direction.OUTPUT).exists()
    output = StringIO()
    with pytest.raises(CommandError, match="stored files are not whole"):
        call_command("verify", rate=10_000.0, stdout=output, stderr=StringIO())
    line = rf"damaged: {name} .*\n  The model of the run “run”: it can be neither compressed nor exported"
    assert re.search(line, output.getvalue())
