"""A state folder that was copied while its Trainyard ran: the copy starts beside the original, and harms it nowhere."""

import subprocess
from pathlib import Path

import pytest

from tests.faults.lab import Lab, curve, describe, digits, finished, injected, step_of, train, visit, wait_for, weights
from tests.yard import Yard
from webapp.runs.models import State

pytestmark = pytest.mark.fault


def test_a_copy_that_was_made_while_a_run_trained_starts_beside_the_original(lab: Lab, tmp_path: Path) -> None:
    """PostgreSQL, Valkey, launcher and rank of the original live on; the copy is full of their sockets and numbers."""
    run = train(digits(seed=27), epochs=40)
    wait_for(lambda: step_of(run) > 60)
    ranks = lab.ranks(run)
    assert ranks
    for rank in ranks:
        rank.suspend()  # in the midst of a step: it lives, whatever the copy does, until the copy has begun
    subprocess.run(["cp", "-a", lab.state, tmp_path / "copy"], check=True)
    injected("state folder copied while a run trained")
    with Yard(tmp_path / "copy", TRAINYARD_LEASE_SECONDS="2") as copy, visit(copy.state):
        wait_for(lambda: run.attempts.filter(number=2).exists(), 60, lambda: describe(run))
        for rank in ranks:
            rank.resume()
        again = finished(run)
        assert (again.state, again.attempt) == (State.SUCCEEDED, 2), describe(run)
        results = weights(run), curve(run)
    original = finished(run)
    assert (original.state, original.attempt) == (State.SUCCEEDED, 1), "the copy disturbed the original"
    assert results == (weights(run), curve(run))
