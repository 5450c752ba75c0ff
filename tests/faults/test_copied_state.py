"""A state folder that was copied while its Trainyard ran: the copy starts beside the original, and harms it nowhere."""

import subprocess
from pathlib import Path

import pytest

from tests.faults.lab import Lab, curve, digits, finished, injected, ranks_in, step_of, train, visit, wait_for, weights
from tests.yard import Yard
from webapp.runs.models import State

pytestmark = pytest.mark.fault
EPOCHS = 200  # the original trains still when the copy is up


def test_a_copy_that_was_made_while_a_run_trained_starts_beside_the_original(lab: Lab, tmp_path: Path) -> None:
    """PostgreSQL, Valkey, launcher and rank of the original live on; the copy is full of their sockets and numbers."""
    run = train(digits(seed=27), epochs=EPOCHS)
    wait_for(lambda: step_of(run) > 60)
    original = ranks_in(lab.state, run)
    subprocess.run(["cp", "-a", lab.state, tmp_path / "copy"], check=True)
    injected("state folder copied while a run trained")
    with Yard(tmp_path / "copy", TRAINYARD_LEASE_SECONDS="2") as copy:
        ended = finished(run)
        assert (ended.state, ended.attempt) == (State.SUCCEEDED, 1), "the copy disturbed the original"
        assert original
        with visit(copy.state):
            again = finished(run)
            assert again.state == State.SUCCEEDED, f"{again.reason} {again.reason_params}"
            assert again.attempt == 2
            found = weights(run), curve(run)
    assert found == (weights(run), curve(run))
