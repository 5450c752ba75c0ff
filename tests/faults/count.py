"""Counts the faults that tests inject, over all processes that run tests, and asks for enough of them."""

import os
import random
import sys
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

FAULTS = int(os.environ.get("FAULTS", "20"))  # at least so many in all; `make faults` asks for more
# Kept in the environment, so that processes side by side draw from the same one.
SEED = int(os.environ.setdefault("FAULT_SEED", str(random.SystemRandom().randrange(2**31))))
WHOLE = ("not faults", "fault or faults")  # `make test`, `make faults`
HERE = Path(__file__).parent

new: Counter[str] = Counter()  # since the last report of this process
_all: Counter[str] = Counter()  # as reported, by whatever process


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Reports travel to the process that was asked to run the tests, and with them the faults."""
    report = yield
    report.user_properties.append(("faults", dict(new)))
    new.clear()
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    for name, value in report.user_properties:
        if name == "faults":
            assert isinstance(value, dict)
            _all.update(value)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which faults were injected, and how to have the same again."""
    if count := _all.total():
        kinds = ", ".join(f"{count} × {what}" for what, count in _all.most_common())
        terminalreporter.write_line(f"{count} faults injected: {kinds}. FAULT_SEED={SEED} repeats them.")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run of all fault tests that injects too few faults has failed: it would say nothing."""
    alone = not hasattr(session.config, "workerinput")  # a process that runs a part of the tests counts for nobody
    if alone and session.exitstatus == pytest.ExitCode.OK and _all_ran(session.config) and _all.total() < FAULTS:
        print(f"\nFEWER THAN {FAULTS} FAULTS WERE INJECTED: {_all.total()}", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _all_ran(config: pytest.Config) -> bool:
    """Whether every test here had its turn, and nobody chose among them."""
    option = config.option
    folders = [config.invocation_params.dir / argument for argument in config.args]
    whole = any(HERE.is_relative_to(folder) for folder in folders)
    return whole and option.markexpr in WHOLE and not option.keyword and not option.collectonly
