"""Runs the benchmarks named on the command line, or all, and prints one table with the commit and the machine.

Each runs in a process of its own, so that none measures what another has loaded. A run of all of them is kept in
docs/benchmarks.md, and the README's figures are taken from there.
"""

import dataclasses
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks import report
from tests.benchmarks.line import Line
from tests.benchmarks.report import table as table

HERE = Path(__file__).parent
ALONE = "--as-json"


def main(wanted: list[str]) -> int:
    head = f"Commit {commit()} on {machine()}; load {os.getloadavg()[0]:.1f} at the start."
    print(head, flush=True)
    found = {name: _measured(name) for name in wanted or every()}
    lines = sorted((line for lines in found.values() for line in lines or ()), key=lambda line: int(line.number[1:]))
    print(f"\n{report.of_lines(lines)}")
    failed = [name for name, lines in found.items() if lines is None]
    if failed:
        print(f"\nThese failed: {', '.join(failed)}. Their output is above.", file=sys.stderr)
    elif not wanted:
        report.keep(head, lines)
    return 1 if failed else 0


def every() -> list[str]:
    """The benchmarks of this folder: the files that have a ``run``."""
    return sorted(path.stem for path in HERE.glob("*.py") if "\ndef run() -> list[Line]:" in path.read_text())


def _measured(name: str) -> list[Line] | None:
    """The lines of one benchmark; None when it failed."""
    began = time.monotonic()
    answer = subprocess.run([sys.executable, "-m", "tests.benchmarks", ALONE, name], stdout=subprocess.PIPE, text=True)
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    if answer.returncode != 0:
        return None
    return [Line(**fields) for fields in json.loads(answer.stdout.splitlines()[-1])]


def alone(name: str) -> None:
    """Run one benchmark here and print its lines as JSON."""
    lines: list[Line] = importlib.import_module(f"tests.benchmarks.{name}").run()
    print(json.dumps([dataclasses.asdict(line) for line in lines]))


def commit() -> str:
    answer = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True)
    return answer.stdout.strip() or "unknown"


def machine() -> str:
    names = [line.partition(":")[2].strip() for line in _cpu_facts() if line.startswith("model name")]
    return f"{os.cpu_count()} x {names[0] if names else platform.machine()}, Python {platform.python_version()}"


def _cpu_facts() -> list[str]:
    facts = Path("/proc/cpuinfo")
    return facts.read_text().splitlines() if facts.exists() else []


if __name__ == "__main__":
    if sys.argv[1:2] == [ALONE]:
        alone(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:]))
