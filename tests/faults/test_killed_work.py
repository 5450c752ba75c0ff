"""F1 to F3: ranks, workers and checkpoints that are killed change neither the weights nor the curve."""

import contextlib
import random
import time
from functools import partial

import psutil
import pytest

from tests.faults.count import FAULTS
from tests.faults.lab import (
    ENDED,
    Lab,
    curve,
    digits,
    finished,
    injected,
    moved_on,
    state_of,
    step_of,
    train,
    wait_for,
    weights,
)
from webapp.datasets.models import DatasetVersion
from webapp.runs.models import Run, State

pytestmark = pytest.mark.fault

EPOCHS = 40
TOTAL = EPOCHS * 12  # steps
NOTICED_WITHIN = 5.0
Reference = tuple[str, list[tuple[str, int, float]]]


@pytest.fixture(scope="module")
def version(lab: Lab) -> DatasetVersion:
    return digits()


@pytest.fixture(scope="module")
def reference(lab: Lab, version: DatasetVersion) -> Reference:
    """Weights and curve of two ranks that nobody disturbs."""
    run = finished(train(version, ranks=2, epochs=EPOCHS))
    assert run.state == State.SUCCEEDED
    return weights(run), curve(run)


@pytest.fixture
def run(lab: Lab, version: DatasetVersion, reference: Reference) -> Run:
    """A run like the reference, that has just made its first steps."""
    run = train(version, ranks=2, epochs=EPOCHS)
    wait_for(lambda: step_of(run) > 0)
    return run


def test_a_rank_that_is_killed_at_random_steps_leaves_weights_and_curve_as_they_were(
    lab: Lab, run: Run, reference: Reference, dice: random.Random
) -> None:
    steps = sorted(dice.sample(range(5, TOTAL // 2), max(5, FAULTS // 4)))
    for kills, step in enumerate(steps, start=1):
        wait_for(partial(moved_on, run, max(step, _last_kill(run))))  # the same step twice would end the run
        _kill(dice.choice(lab.ranks(run)))
        noticed = wait_for(partial(_has_begun_again, run, kills), 20)
        assert noticed < NOTICED_WITHIN
    _equals(finished(run), reference)
    assert Run.objects.get(pk=run.pk).attempt == 1 + len(steps)


def test_a_worker_that_is_killed_with_all_it_started_goes_on_where_it_was(
    lab: Lab, run: Run, reference: Reference, dice: random.Random
) -> None:
    for step in sorted(dice.sample(range(5, TOTAL - 60), max(2, FAULTS // 10))):
        _wait_for_step(run, step)
        assert lab.worker is not None
        below = psutil.Process(lab.worker.pid).children(recursive=True)
        injected("worker killed")
        lab.worker.kill()  # the worker alone: what it started has to follow
        lab.worker.wait()
        wait_for(partial(_all_gone, below), NOTICED_WITHIN, lambda: "processes outlived their worker")
        lab.start_worker()
    _equals(finished(run), reference)


def test_a_kill_while_checkpoints_are_written_loads_the_one_before(
    lab: Lab, version: DatasetVersion, dice: random.Random
) -> None:
    undisturbed = finished(train(version, ranks=2, epochs=4, checkpoint_seconds=0))
    run = train(version, ranks=2, epochs=4, checkpoint_seconds=0)  # one every step: a kill meets one most of the time
    for _ in range(max(3, FAULTS // 6)):
        wait_for(partial(moved_on, run, step_of(run)))
        time.sleep(dice.uniform(0, 0.03))
        if ranks := lab.ranks(run):
            _kill(ranks[0])
    _equals(finished(run), (weights(undisturbed), curve(undisturbed)))


def _last_kill(run: Run) -> int:
    """The step after which the attempt before was killed."""
    records = run.attempts.exclude(exits=None).order_by("-number").values_list("exits", flat=True)
    return max((int(record["step"]) for record in records if record), default=0)


def _wait_for_step(run: Run, step: int) -> None:
    wait_for(lambda: step_of(run) >= step or state_of(run) in ENDED)


def _has_begun_again(run: Run, attempts: int) -> bool:
    """Whether there is another attempt, and its ranks have been forked."""
    now = Run.objects.get(pk=run.pk)
    return now.attempt > attempts or State(now.state) in ENDED


def _all_gone(found: list[psutil.Process]) -> bool:
    return not any(map(_lives, found))


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)  # dead, and not collected yet by whoever inherited it
    except psutil.NoSuchProcess:
        return False


def _kill(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
        injected("rank killed")


def _equals(run: Run, reference: Reference) -> None:
    assert run.state == State.SUCCEEDED, f"{run.reason} {run.reason_params}"
    assert curve(run) == reference[1]
    assert weights(run) == reference[0]
