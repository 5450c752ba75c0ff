"""Logs have a largest size, whoever writes them and however much."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.yard import Yard
from webapp import logfiles

LINE = 64  # bytes
WRITER = f"""
import sys, time
for number in range(count := int(sys.argv[1])):
    if number == count - 1:
        time.sleep(0.3)
    sys.stdout.write(f"{{number:>{LINE - 1}}}\\n")
    sys.stdout.flush()
"""


def numbers(log: Path) -> list[int]:
    """What is kept of the writer's lines, the oldest first; the first one of a file may be cut."""
    names = [log.with_name(f"{log.name}.2"), log.with_name(f"{log.name}.1"), log]
    lines = [line for path in names if path.exists() for line in path.read_text().splitlines()]
    return [int(line) for line in lines if len(line) == LINE - 1]


def total(log: Path) -> int:
    return sum(path.stat().st_size for path in log.parent.glob(f"{log.name}*"))


def test_a_child_that_prints_without_end_stays_within_bounds_and_its_newest_lines_are_kept(tmp_path: Path) -> None:
    log, count, largest = tmp_path / "web.log", 200_000, 100_000
    with log.open("ab") as output:
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(count)], stdout=output)
    looks = 0
    while writer.poll() is None:
        logfiles.bound([log], largest=largest)
        looks += 1
        assert all(path.stat().st_size <= 2 * largest for path in tmp_path.glob("web.log.[12]"))
        time.sleep(0.002)
    lines = numbers(log)
    assert lines[-1] == count - 1
    assert lines == sorted(set(lines))
    logfiles.bound([log], largest=largest)
    assert total(log) <= 4 * largest and looks > 10


def test_a_log_that_grew_by_far_too_much_between_two_looks_is_cut_to_its_end(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    for _ in range(4):
        log.write_bytes(b"".join(b"%063d\n" % number for number in range(100_000)))
        logfiles.bound([log], largest=LINE * 1000)
    assert log.stat().st_size == 0
    assert log.with_name("worker.log.1").read_bytes().startswith(b"%063d\n" % 99_000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["worker.log", "worker.log.1", "worker.log.2"]
    assert total(log) == 2 * LINE * 1000


def test_a_look_that_cannot_copy_cuts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(bytes(1000))

    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    logfiles.bound([log, tmp_path / "none.log"], largest=100)
    assert log.stat().st_size == 1000 and [path.name for path in tmp_path.iterdir()] == ["worker.log"]


def test_the_logs_of_everything_that_was_started_are_bounded(session_yard: Yard) -> None:
    logs = session_yard.state / "logs"
    for name in ("web", "worker", "warm", "postgresql", "valkey"):
        with (logs / f"{name}.log").open("ab") as file:
            file.write(b"x" * (logfiles.LARGEST + 1))
    assert session_yard.process is not None
    session_yard.process.send_signal(signal.SIGCHLD)  # it looks when it wakes, else some times a minute
    deadline = time.monotonic() + 60
    while any(path.stat().st_size > logfiles.LARGEST for path in logs.glob("*.log*")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    httpx.get(session_yard.base_url, headers={"Host": "evil.example"})
    while "evil.example" not in (logs / "web.log").read_text():  # it goes on writing, at the file's beginning
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert (logs / "web.log").stat().st_size < 10_000
