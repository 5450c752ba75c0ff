"""Backups that are made while runs train, cut off and gone on with, and restored elsewhere: there the runs go on
exactly.
"""

import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.count import FAULTS
from tests.faults.lab import (
    POLL_SECONDS,
    Lab,
    curve,
    describe,
    digits,
    finished,
    injected,
    moved_on,
    person,
    state_of,
    step_of,
    train,
    visit,
    wait_for,
    weights,
)
from tests.yard import ROOT, Yard, environment_of
from webapp.artifacts import store
from webapp.backup import marker
from webapp.runs import services
from webapp.runs.models import Run, State

pytestmark = pytest.mark.fault
EPOCHS = 40
TOTAL = EPOCHS * 12  # steps


def command(state: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment_of(state),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def completed(state: Path, *arguments: str) -> str:
    process = command(state, *arguments)
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 0, output
    return output


def killed(state: Path, seen: Path, least: int, *arguments: str) -> None:
    """`kill -9` the command when what it writes has grown to so many bytes."""
    process = command(state, *arguments)
    while size(seen) < least:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.001)
    process.kill()
    process.wait()
    injected(f"{arguments[0]} killed")


def size(path: Path) -> int:
    """Bytes of a file, or of all in a folder."""
    try:
        return (
            path.stat().st_size
            if path.is_file()
            else sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        )
    except FileNotFoundError:
        return 0


def backed_up_while_it_trains(lab: Lab, run: Run, backup: Path) -> None:
    """However slow this machine is: a run that would end meanwhile is held up."""
    process = command(lab.state, "backup", str(backup))
    while process.poll() is None:
        if step_of(run) > TOTAL * 3 // 4:
            for rank in lab.ranks(run):
                rank.suspend()
        time.sleep(POLL_SECONDS)
    for rank in lab.ranks(run):
        rank.resume()
    assert process.returncode == 0, process.communicate()[0]


def test_runs_go_on_exactly_from_a_backup_that_was_killed_in_between_as_its_restore_was(
    lab: Lab, tmp_path: Path
) -> None:
    version = digits(seed=28)
    paused, running = train(version, epochs=EPOCHS), train(version, epochs=EPOCHS)
    queued = train(version, epochs=EPOCHS, ranks=2)
    wait_for(lambda: step_of(paused) > 5)
    services.command(paused, "pause", person())
    wait_for(lambda: state_of(paused) == State.PAUSED, 10, lambda: describe(paused))
    backup, restored = tmp_path / "backup.tar", tmp_path / "restored"
    ranks = lab.ranks(running)  # held up, or it may have ended before it is backed up
    for rank in ranks:
        rank.suspend()
    killed(lab.state, backup.with_name("backup.tar.part"), 1 << 16, "backup", str(backup))
    for rank in ranks:
        rank.resume()
    backed_up_while_it_trains(lab, running, backup)
    services.command(paused, "resume", person())
    killed(restored, restored / "artifacts", 1 << 16, "restore", str(backup))
    assert "not finished" in command(restored, "up").communicate(timeout=60)[0]
    completed(restored, "restore", str(backup))
    with Yard(restored, TRAINYARD_LEASE_SECONDS="2"), visit(restored):
        assert state_of(paused) == State.PAUSED
        services.command(paused, "resume", person())
        again = [finished(run) for run in (running, queued, paused)]
        assert [run.attempt for run in again] == [2, 1, 2], [describe(run) for run in again]
        results = [(weights(run), curve(run)) for run in again]
    completed(restored, "backup", str(tmp_path / "stopped.tar"))  # nothing runs there now
    original = [finished(run) for run in (running, queued, paused)]
    assert [run.attempt for run in original] == [1, 1, 2], [describe(run) for run in original]
    assert results == [(weights(run), curve(run)) for run in original]


@pytest.mark.faults
def test_backups_and_restores_killed_at_random_moments_lack_no_file_that_is_replaced_meanwhile(
    lab: Lab, tmp_path: Path, dice: random.Random
) -> None:
    run = train(digits(seed=29), epochs=4000, checkpoint_seconds=0)  # a checkpoint goes with every step
    wait_for(lambda: step_of(run) > 5)
    backup, restored = tmp_path / "backup.tar", tmp_path / "restored"
    for _ in range(max(5, FAULTS // 10)):
        killed_some_time(lab.state, dice.uniform(0.5, 3.0), "backup", str(backup))
    if not backup.exists():
        completed(lab.state, "backup", str(backup))
    services.command(run, "cancel", person())
    for _ in range(max(5, FAULTS // 10)):
        killed_some_time(restored, dice.uniform(0.5, 5.0), "restore", str(backup))
    if marker.is_there(restored) or not (restored / "postgresql").exists():
        completed(restored, "restore", str(backup))
    with Yard(restored, TRAINYARD_LEASE_SECONDS="2"), visit(restored):
        for name in run.checkpoints.values_list("artifact", flat=True):
            assert store.local_path(name).exists()
        step = step_of(run)
        wait_for(lambda: run.attempts.count() == 2 and moved_on(run, step), 60, lambda: describe(run))
        assert state_of(run) == State.RUNNING
    assert finished(run).state == State.CANCELLED


def killed_some_time(state: Path, seconds: float, *arguments: str) -> None:
    process = command(state, *arguments)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
        return
    process.kill()
    process.wait()
    injected(f"{arguments[0]} killed")
