"""F9 and F21: a run has one owner at a time, and runs that wait survive their workers, in order."""

import random
import signal
import time
from functools import partial
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from django.db.models import Count

from tests.faults.count import FAULTS
from tests.faults.lab import (
    ENDED,
    Lab,
    curve,
    describe,
    digits,
    finished,
    injected,
    ranks_in,
    step_of,
    train,
    wait_for,
    weights,
)
from trainer.attempt.journal import end_of
from webapp.datasets.models import DatasetVersion
from webapp.runs.models import Attempt, Run, State
from webapp.workers.models import Worker
from worker.judge import SAME_STEP_LOSSES

pytestmark = pytest.mark.fault

EPOCHS = 120
LEASE = "3"  # seconds, so that a test need not wait long for one to run out


@pytest.fixture
def version(lab: Lab) -> DatasetVersion:
    return digits(seed=9)


@pytest.mark.faults
def test_a_worker_that_is_cut_off_loses_its_run_and_is_refused_when_it_is_back(
    lab: Lab, version: DatasetVersion, tmp_path: Path
) -> None:
    undisturbed = finished(train(version, epochs=EPOCHS))
    lab.stop_worker()
    folder = tmp_path / "cut-off"
    cut_off = lab.start_neighbour(folder, TRAINYARD_LEASE_SECONDS=LEASE)
    try:
        run = train(version, epochs=EPOCHS)
        wait_for(lambda: step_of(run) > 30 and run.checkpoints.exists(), 60, lambda: describe(run))
        ranks = ranks_in(folder, run)
        first = Attempt.objects.get(run=run)
        cut_off.send_signal(signal.SIGSTOP)
        injected("worker cut off")
        lab.start_worker(TRAINYARD_LEASE_SECONDS=LEASE)  # the other machine
        wait_for(lambda: Run.objects.get(pk=run.pk).attempt == 2 and step_of(run) > 30, 60, lambda: describe(run))
        position = Attempt.objects.get(pk=first.pk).position
        assert end_of(folder / "attempts" / str(run.pk) / "1" / "journal") > position, "training needs no server"
        cut_off.send_signal(signal.SIGCONT)
        wait_for(lambda: not any(_lives(rank) for rank in ranks), 10, lambda: "the stale ranks go on")
        ended = finished(run)
        assert (ended.state, ended.attempt) == (State.SUCCEEDED, 2), describe(run)
        assert Attempt.objects.get(pk=first.pk).position == position, "a stale attempt was heard"
        assert curve(run) == curve(undisturbed)
        assert weights(run) == weights(undisturbed)
        assert run.children.count() == 1
        wait_for(lambda: not list((folder / "attempts").glob("*-*/*")), 10, lambda: "the stale attempt's folder stays")
    finally:
        cut_off.kill()
        cut_off.wait()
        Worker.objects.exclude(name=(lab.state / "attempts" / "worker-name").read_text().split()[0]).delete()
        lab.stop_worker()
        lab.start_worker()


@pytest.mark.faults
def test_runs_that_wait_are_done_once_and_in_order_while_workers_are_killed(
    lab: Lab, version: DatasetVersion, dice: random.Random
) -> None:
    runs = [train(version, epochs=1) for _ in range(max(10, FAULTS // 4))]
    names = [run.pk for run in runs]
    for done in sorted(dice.sample(range(1, len(runs)), max(2, FAULTS // 25))):
        wait_for(partial(_as_many_ended, names, done), 120)
        time.sleep(dice.uniform(0, 0.3))
        wait_for(_nobody_is_lost_for_the_last_time, 120)
        lab.kill_worker()
        lab.start_worker()
    for run in runs:
        assert finished(run).state == State.SUCCEEDED, describe(run)
    starts = Attempt.objects.filter(run__in=names, number=1).order_by("pk").values_list("run_id", flat=True)
    assert list(starts) == names, "a younger run was started first"
    once = Run.objects.filter(pk__in=names).annotate(exports=Count("children"), models=Count("versions", distinct=True))
    assert {(run.exports, run.models) for run in once} == {(1, 1)}
    children = Run.objects.filter(parent__in=names)
    wait_for(lambda: not children.exclude(state__in=ENDED).exists(), 120, lambda: "exports do not end")
    assert [describe(child) for child in children.exclude(state=State.SUCCEEDED)] == []


def _nobody_is_lost_for_the_last_time() -> bool:
    """Whether no run that works now would be given up when its worker is killed once more: exports make no steps."""
    return not Attempt.objects.filter(ended=None, number__gte=SAME_STEP_LOSSES).exists()


def _as_many_ended(names: list[UUID], count: int) -> bool:
    return Run.objects.filter(pk__in=names, state__in=ENDED).count() >= count


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
