"""Tests that were skipped, and faults that were not injected, do not count as passed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.yard import ROOT

PROGRAM = """
import pytest

@pytest.mark.browser
def test_that_needs_what_is_not_here():
    pytest.skip("no browser")

def test_that_may_be_skipped():
    pytest.skip("not here")
"""


@pytest.mark.parametrize(("strict", "outcome"), [("1", "1 failed, 1 skipped"), ("", "2 skipped")])
def test_a_skipped_browser_test_fails_where_none_may_be_skipped(tmp_path: Path, strict: str, outcome: str) -> None:
    file = tmp_path / "test_skipping.py"
    file.write_text(PROGRAM)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.conftest",
        "-c",
        "pyproject.toml",
        "--rootdir",
        str(ROOT),
        str(file),
    ]
    environment = {**os.environ, "TRAINYARD_NO_SKIPS": strict}
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert outcome in answer.stdout, answer.stdout + answer.stderr


ALL_FAULTS = ("tests/faults",)
MAKE_FAULTS = ("tests/faults", "-m", "fault or faults")


def test_all_fault_tests_together_fail_when_they_inject_too_few_faults() -> None:
    expected = {ALL_FAULTS: 1, MAKE_FAULTS: 1, ("tests/faults/test_commands.py",): 0}
    command = [sys.executable, "-m", "pytest", "--setup-plan"]  # runs nothing
    running = [
        subprocess.Popen([*command, *chosen], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for chosen in expected
    ]
    for process, status in zip(running, expected.values(), strict=True):
        stdout, stderr = process.communicate()
        assert (process.returncode, "FAULTS WERE INJECTED: 0" in stderr) == (status, bool(status)), stdout + stderr


def test_make_faults_asks_for_all_of_them() -> None:
    assert 'tests/faults -m "fault or faults"' in (ROOT / "Makefile").read_text()
