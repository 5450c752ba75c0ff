"""One laboratory for all fault tests, a seed that is printed, and how many faults are drawn from it."""

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.faults.lab import Lab, done, laboratory

FAULTS = int(os.environ.get("FAULTS", "20"))  # at least so many in all; `make faults` asks for more
SEED = int(os.environ.get("FAULT_SEED", random.SystemRandom().randrange(2**31)))
WHOLE = ("not faults", "fault or faults")  # `make test`, `make faults`
_here = frozenset(Path(__file__).parent.glob("test_*.py"))
_collected: set[Path] = set()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which faults were injected, and how to have the same again."""
    if injected := sum(done.values()):
        kinds = ", ".join(f"{count} × {what}" for what, count in done.most_common())
        terminalreporter.write_line(f"{injected} faults injected: {kinds}. FAULT_SEED={SEED} repeats them.")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Remember what was collected before markers deselect some of it."""
    _collected.update(item.path for item in items)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run of all fault tests that injects too few faults has failed: it would say nothing."""
    if session.exitstatus == pytest.ExitCode.OK and _all_ran(session) and sum(done.values()) < FAULTS:
        print(f"\nFEWER THAN {FAULTS} FAULTS WERE INJECTED: {sum(done.values())}", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _all_ran(session: pytest.Session) -> bool:
    """Whether every file here had its turn, and nobody chose among the tests."""
    options = session.config.option
    return options.markexpr in WHOLE and not options.keyword and not options.collectonly and _here <= _collected


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
    """A failure shows what the worker said. Fixtures that are a laboratory have a name that ends so."""
    failed_before = request.session.testsfailed
    yield
    if request.session.testsfailed > failed_before:
        for name in request.fixturenames:
            if name.endswith("lab"):
                print(request.getfixturevalue(name).log_ends())
