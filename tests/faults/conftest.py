"""One laboratory for all fault tests, a seed that is printed, and how many faults are drawn from it."""

import os
import random
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.faults.lab import Lab, done, laboratory

FAULTS = int(os.environ.get("FAULTS", "20"))  # about so many in all; `make faults` asks for more
SEED = int(os.environ.get("FAULT_SEED", random.SystemRandom().randrange(2**31)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which faults were injected, and how to have the same again."""
    if injected := sum(done.values()):
        kinds = ", ".join(f"{count} × {what}" for what, count in done.most_common())
        terminalreporter.write_line(f"{injected} faults injected: {kinds}. FAULT_SEED={SEED} repeats them.")


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    """Random numbers that depend on the seed and the test's name only."""
    print(f"FAULT_SEED={SEED}")
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Lab]:
    with django_db_blocker.unblock(), laboratory(tmp_path_factory.mktemp("lab")) as lab:
        lab.start_worker()
        yield lab


@pytest.fixture(autouse=True)
def _logs_of_a_failure(request: pytest.FixtureRequest) -> Iterator[None]:
    """A failure shows what the worker said."""
    failed_before = request.session.testsfailed
    yield
    if request.session.testsfailed > failed_before and "lab" in request.fixturenames:
        print(request.getfixturevalue("lab").log_ends())
