"""The warm process where the machine lets it fork no more."""

import os
from pathlib import Path
from typing import Any

from tests.trainer.attempts import Attempt, warm_process, write_job
from trainer.attempt.job import NO_PROCESS

SPEC: dict[str, Any] = {
    "model": {"name": "cnn", "channels": [4], "hidden": [8]},
    "batch_size": 32,
    "epochs": 1,
    "ranks": 2,
}
# The kernel refuses a fork only where nothing else on this machine could be started either, so it is refused here,
# once.
REFUSES_A_FORK = """
import errno, os
from trainer.attempt import warm
fork, refused, launchers = os.fork, [], []
def once():
    if not refused and {where}:
        refused.append(os.getpid())
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return fork()
warm_pid, os.fork = os.getpid(), once
warm.main()
"""
OF_A_LAUNCHER, OF_A_RANK = "os.getpid() == warm_pid", "os.getpid() != warm_pid"


def test_a_launcher_that_cannot_be_forked_has_ended_and_the_next_one_lives(images: Path, tmp_path: Path) -> None:
    first, second = (write_job(tmp_path / name, SPEC, images) for name in ("first", "second"))
    with warm_process("-c", REFUSES_A_FORK.format(where=OF_A_LAUNCHER)) as warm:
        warm.ask(first)
        assert warm.read() == {"folder": str(first), "pid": None, "status": NO_PROCESS << 8}
        done = warm.run(second)
    assert done.ended is not None, done.logs
    assert done.ended.outcome == "succeeded"


def test_a_rank_that_cannot_be_forked_ends_its_launcher_with_a_code_of_its_own(images: Path, tmp_path: Path) -> None:
    folder = write_job(tmp_path / "run", SPEC, images)
    with warm_process("-c", REFUSES_A_FORK.format(where=OF_A_RANK)) as warm:
        warm.start(folder)
        assert warm.wait(folder) == NO_PROCESS
    assert os.strerror(11) in Attempt.read(folder).logs
