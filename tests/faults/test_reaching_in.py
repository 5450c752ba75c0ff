"""What a training process knows of the server that started it: no secret, no address, no open connection."""

from pathlib import Path

import psutil
import pytest

from tests.faults.lab import PLANTED, Lab, digits, finished, person, step_of, train, wait_for
from webapp.runs import services
from worker.warm import ADDED, PASSED_ON

pytestmark = pytest.mark.fault


def test_ranks_get_a_scrubbed_environment_and_no_open_door(lab: Lab) -> None:
    run = train(digits(seed=17), epochs=4000, ranks=2)
    wait_for(lambda: step_of(run) > 0)
    assert lab.worker is not None
    worker = psutil.Process(lab.worker.pid)
    assert PLANTED.items() <= worker.environ().items()
    doors = _sockets(worker)
    assert doors
    ranks = lab.ranks(run)
    assert len(ranks) == 2
    for rank in ranks:
        for process in (
            rank,
            *rank.parents()[:2],
        ):  # the launcher and the warm process, which is what inspections fork from, too
            assert process.environ().keys() <= PASSED_ON | ADDED.keys()
            said = Path(f"/proc/{process.pid}/environ").read_text() + " ".join(process.cmdline())
            assert not any(secret in said for secret in (*PLANTED.values(), lab.embedded.addresses.database_url))
            assert not _sockets(process) & doors
            assert not [
                file for file in process.open_files() if "/secrets/" in file.path or "/postgresql/" in file.path
            ]
    services.command(run, "cancel", person())
    finished(run)


def _sockets(process: psutil.Process) -> set[str]:
    found = set()
    for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            found.add(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    return {name for name in found if name.startswith("socket:")}
