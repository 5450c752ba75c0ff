"""Runs the benchmarks named on the command line, or all, and prints one table with the commit and the machine."""

import importlib
import os
import pkgutil
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import tests.benchmarks
from tests.benchmarks.line import Line

HEAD = ("#", "what", "figure", "target", "reached", "beside", "growth")


def main(wanted: list[str]) -> None:
    print(f"commit {_commit()} on {_machine()}\n", flush=True)
    lines = [line for name in _names(wanted) for line in _measured(name)]
    print(table([HEAD, *(line.cells() for line in lines)]))


def table(rows: list[tuple[str, ...]]) -> str:
    """Markdown that is also readable as it stands."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = tuple("-" * width for width in widths)
    padded = (" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in _ruled(rows, rule))
    return "\n".join(f"| {row} |" for row in padded)


def _ruled(rows: list[tuple[str, ...]], rule: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield rows[0]
    yield rule
    yield from rows[1:]


def _names(wanted: list[str]) -> Iterable[str]:
    return wanted or sorted(info.name for info in pkgutil.iter_modules(tests.benchmarks.__path__))


def _measured(name: str) -> list[Line]:
    module = importlib.import_module(f"tests.benchmarks.{name}")
    if not hasattr(module, "run"):
        return []
    print(f"… {name}", file=sys.stderr, flush=True)
    lines: list[Line] = module.run()
    return lines


def _commit() -> str:
    answer = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True)
    return answer.stdout.strip() or "unknown"


def _machine() -> str:
    names = [line.partition(":")[2].strip() for line in _cpu_facts() if line.startswith("model name")]
    return f"{os.cpu_count()} x {names[0] if names else platform.machine()}, Python {platform.python_version()}"


def _cpu_facts() -> list[str]:
    facts = Path("/proc/cpuinfo")
    return facts.read_text().splitlines() if facts.exists() else []


if __name__ == "__main__":
    main(sys.argv[1:])
