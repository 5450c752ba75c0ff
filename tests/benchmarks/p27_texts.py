"""P27 for a million short texts, in CSV and as JSON Lines, from a file to ready: memory and processor time of an
inspection.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import prose
from tests.benchmarks.line import Line
from tests.benchmarks.p27_import import MEMORY, OURS, Spent, measure

SIZES = (10_000, 100_000, 1_000_000)
WORDS = 12  # a text has on average
WRITERS = {"CSV": prose.write_csv, "JSON Lines": prose.write_json_lines}


def run() -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="trainyard-bench-") as name:
        return [_line(form, dict(_measured(form, Path(name) / "texts"))) for form in WRITERS]


def _measured(form: str, path: Path) -> Iterator[tuple[int, Spent]]:
    for size in SIZES:
        yield size, measure(OURS, [WRITERS[form](path, prose.texts(size, WORDS))])


def _line(form: str, spent: dict[int, Spent]) -> Line:
    seconds, _, memory = spent[SIZES[-1]]
    return Line(
        number="P27",
        name=f"{SIZES[-1]:,} short texts in {form} to ready, memory at most",
        figure=memory,
        unit="MiB",
        target=MEMORY,
        beside=f"{seconds:.1f} s of the processor",
        growth={f"{size:,}": own[2] for size, own in spent.items()},
    )
