"""The table of a run of benchmarks: as text, in docs/benchmarks.md, and in short in the README."""

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.line import Line

ROOT = Path(__file__).parents[2]
DOCS, README = ROOT / "docs" / "benchmarks.md", ROOT / "README.md"
HEAD = ("#", "what", "figure", "target", "reached", "beside", "growth")
SHORT = ("what", "figure", "target", "reached")  # what the README takes
START, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"
INTRODUCTION = """# Measured speed

Written by `make bench`, which measures all of it anew. Targets and figures in CPU time are of client and server
together.
“Beside” is a peer or a floor of the same run, “growth” the figure at other sizes of the work.
"""

Rows = Sequence[tuple[str, ...]]


def of_lines(lines: list[Line]) -> str:
    return table([HEAD, *(line.cells() for line in lines)])


def keep(head: str, lines: list[Line]) -> None:
    """Write docs/benchmarks.md and bring the README's figures in line with it."""
    DOCS.write_text(f"{INTRODUCTION}\n{head}\n\n{of_lines(lines)}\n")
    text = README.read_text()
    if START in text:
        before, rest = text.split(START)
        README.write_text(f"{before}{START}\n{figures()}\n{END}{rest.split(END)[1]}")


def figures() -> str:
    """The README's table: the kept rows, in short."""
    places = [HEAD.index(name) for name in SHORT]
    return table([tuple(row[place] for place in places) for row in _kept()])


def _kept() -> Rows:
    rows = [line for line in DOCS.read_text().splitlines() if line.startswith("|")]
    cells = [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]
    return [row for row in cells if set(row[0]) != {"-"}]


def table(rows: Rows) -> str:
    """Markdown that is also readable as it stands."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    ruled = [rows[0], tuple("-" * width for width in widths), *rows[1:]]
    padded = (" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in ruled)
    return "\n".join(f"| {row} |" for row in padded)
