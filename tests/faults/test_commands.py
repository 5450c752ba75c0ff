"""F18 and F19: commands at random moments, and a worker that is restarted for a new version."""

import random
import time
from contextlib import suppress
from functools import partial
from itertools import pairwise

import pytest

from tests.faults.count import FAULTS
from tests.faults.lab import (
    ENDED,
    Lab,
    curve,
    describe,
    digits,
    finished,
    injected,
    person,
    state_of,
    step_of,
    train,
    wait_for,
    weights,
)
from webapp.datasets.models import DatasetVersion
from webapp.runs import services, states
from webapp.runs.models import Kind, Run, State, StreamEntry
from webapp.runs.services import IllegalCommand
from webapp.workers.models import Device

pytestmark = pytest.mark.fault

EPOCHS = 40
LONG = 4000
WEIGHTS: dict[services.CommandKind, int] = {"pause": 5, "resume": 5, "stop": 1, "cancel": 1}


@pytest.fixture(scope="module")
def version(lab: Lab) -> DatasetVersion:
    return digits(seed=5)


def test_a_run_that_is_paused_and_resumed_and_whose_worker_restarts_repeats_no_step(
    lab: Lab, version: DatasetVersion
) -> None:
    undisturbed = finished(train(version, epochs=EPOCHS, checkpoint_seconds=3600))
    run = train(version, epochs=EPOCHS, checkpoint_seconds=3600)  # only the farewell checkpoints
    wait_for(lambda: step_of(run) > 20)
    services.command(run, "pause", person())
    wait_for(lambda: state_of(run) == State.PAUSED, 10, lambda: describe(run))
    wait_for(lambda: not Device.objects.filter(attempt__run=run).exists(), 5)
    services.command(run, "resume", person())
    paused_at = step_of(run)
    wait_for(lambda: step_of(run) > paused_at + 20)
    lab.stop_worker()
    assert state_of(run) == State.QUEUED
    assert Run.objects.get(pk=run.pk).reason_code == "worker_restarts"
    stopped_at = step_of(run)
    lab.start_worker()
    ended = finished(run)
    assert (ended.state, ended.attempt) == (State.SUCCEEDED, 3), describe(run)
    rewinds = [entry.body["step"] for entry in StreamEntry.objects.filter(run=run, type="rewind").order_by("seq")]
    assert rewinds == [paused_at, stopped_at]
    assert curve(run) == curve(undisturbed)
    assert weights(run) == weights(undisturbed)


def test_stop_keeps_a_usable_model_also_while_paused(lab: Lab, version: DatasetVersion) -> None:
    running, paused = train(version, epochs=LONG), train(version, epochs=LONG)
    wait_for(lambda: step_of(running) > 5 and step_of(paused) > 5)
    services.command(paused, "pause", person())
    wait_for(lambda: state_of(paused) == State.PAUSED, 10, lambda: describe(paused))
    for run in (running, paused):
        services.command(run, "stop", person())
        assert finished(run, 30).state == State.STOPPED, describe(run)
        assert run.versions.count() == 1
        wait_for(run.children.filter(kind=Kind.EXPORT).exists, 10)


def test_cancel_frees_the_devices_within_five_seconds(lab: Lab, version: DatasetVersion) -> None:
    run = train(version, epochs=LONG, ranks=2)
    wait_for(lambda: step_of(run) > 0)
    ranks = lab.ranks(run)
    services.command(run, "cancel", person())
    wait_for(lambda: not Device.objects.filter(attempt__run=run).exists(), 5)
    assert ranks
    assert not any(rank.is_running() and rank.status() != "zombie" for rank in ranks)
    assert state_of(run) == State.CANCELLED


def test_commands_at_random_moments_make_only_legal_changes(
    lab: Lab, version: DatasetVersion, dice: random.Random
) -> None:
    runs: list[Run] = []
    accepted = 0
    while accepted < max(10, FAULTS // 2):
        going = [run for run in runs if state_of(run) not in ENDED]
        if len(going) < 3:
            runs.append(train(version, epochs=LONG, ranks=dice.choice((1, 2))))
            continue
        with suppress(IllegalCommand):
            (kind,) = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))
            services.command(dice.choice(going), kind, person())
            injected("command at a random moment")
            accepted += 1
        time.sleep(dice.uniform(0, 0.3))
    for run in runs:
        with suppress(IllegalCommand):
            services.command(run, "cancel", person())
    for run in runs:
        assert finished(run, 30).state in ENDED
        _assert_legal(run)
        wait_for(partial(_children_ended, run), 60)
        services.delete(run)
    assert not Run.objects.filter(pk__in=[run.pk for run in runs]).exists()
    wait_for(lambda: not Device.objects.exclude(attempt=None).exists(), 10)


def _children_ended(run: Run) -> bool:
    return not run.children.exclude(state__in=ENDED).exists()


def _assert_legal(run: Run) -> None:
    told = [State(entry.body["state"]) for entry in StreamEntry.objects.filter(run=run, type="state").order_by("seq")]
    for before, after in pairwise(told):
        assert after == before or after in states.LEGAL[before], f"{before} became {after}"
