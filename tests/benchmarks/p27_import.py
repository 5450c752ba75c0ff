"""P27: a table in CSV to ready, its profile included, beside polars reading and describing the same file.

Each takes a process of its own, ours with the limits of an inspection, and counts from its start, imports included.
polars is no dependency: it is fetched for this benchmark alone; where pip cannot get it, it is not measured.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.line import Line

ROOT = Path(__file__).parents[2]
DIGITS = ROOT / "webapp" / "datasets" / "samples" / "digits"
PACKAGES = ("polars==2.1.0", "polars-runtime-32==2.1.0")
SIZES = (10_000, 100_000, 1_000_000)
REPEATS = 3  # of which the least counts
RATIO, MEMORY = 3.0, 1536  # x polars, MiB
DIGITS_SECONDS, DIGITS_WORK = 0.46, 0.1  # of the processor, as before there were kinds; the second without imports

OURS = """
import json, resource, sys, tempfile
from pathlib import Path
from trainer.importing import limits

before = resource.getrusage(resource.RUSAGE_SELF)
limits.limit()
with tempfile.TemporaryDirectory() as folder:
    paths = [Path(path) for path in sys.argv[1:]]
    limits.guarded(paths, [path.name for path in paths], Path(folder) / "out")
used = resource.getrusage(resource.RUSAGE_SELF)
started = before.ru_utime + before.ru_stime
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_utime + used.ru_stime - started, used.ru_maxrss / 1024]))
"""
POLARS = """
import json, resource, sys
import polars

polars.read_csv(sys.argv[1]).describe()
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([used.ru_utime + used.ru_stime, 0, used.ru_maxrss / 1024]))
"""
Spent = tuple[float, float, float]  # processor seconds of the process, those behind its imports, and its MiB at most


def run() -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="trainyard-bench-") as name:
        folder = Path(name)
        files = {rows: _table(folder / f"{rows}.csv", rows) for rows in SIZES}
        with _polars(folder) as packages:
            pairs = {rows: _pair(path, packages) for rows, path in files.items()}
    digits = min(measure(OURS, sorted(DIGITS.glob("*.gz"))) for _ in range(REPEATS))
    return [*_table_lines(pairs), *_digits_lines(digits)]


def _pair(path: Path, packages: Path | None) -> tuple[Spent, Spent | None]:
    """What both spent at least, in turns, so that a busy machine is busy for both."""
    turns = [(measure(OURS, [path]), measure(POLARS, [path], packages) if packages else None) for _ in range(REPEATS)]
    theirs = [spent for _, spent in turns if spent is not None]
    return min(spent for spent, _ in turns), min(theirs, default=None)


def measure(program: str, paths: Sequence[Path], packages: Path | None = None) -> Spent:
    place = {"PYTHONPATH": str(packages)} if packages else {}
    answer = subprocess.run(
        [sys.executable, "-c", program, *map(str, paths)],
        cwd=ROOT,
        env={**os.environ, **place},
        check=True,
        stdout=subprocess.PIPE,
    )
    seconds, behind, memory = json.loads(answer.stdout)
    return seconds, behind, memory


@contextmanager
def _polars(folder: Path) -> Iterator[Path | None]:
    """Where it can be imported from; None where pip cannot get it."""
    packages = folder / "packages"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(packages), *PACKAGES]
    yield packages if subprocess.run(pip, stdout=sys.stderr).returncode == 0 else None


def _table_lines(pairs: dict[int, tuple[Spent, Spent | None]]) -> Iterator[Line]:
    ours, theirs = pairs[SIZES[-1]]
    sizes = {rows: f"{rows:,} rows" for rows in SIZES}
    if theirs is not None:
        yield Line(
            number="P27",
            name=f"a CSV of {SIZES[-1]:,} rows and 10 columns to ready, processor time",
            figure=ours[0] / theirs[0],
            unit="x polars",
            target=RATIO,
            beside=f"{ours[0]:.2f} s, of these {ours[0] - ours[1]:.2f} s imports; {theirs[0]:.2f} s {PACKAGES[0]}",
            growth={sizes[rows]: own[0] / other[0] for rows, (own, other) in pairs.items() if other},
        )
    yield Line(
        number="P27",
        name="its memory at most",
        figure=ours[2],
        unit="MiB",
        target=MEMORY,
        beside=f"{theirs[2]:.0f} MiB {PACKAGES[0]}" if theirs else "polars not measured",
        growth={sizes[rows]: own[2] for rows, (own, _) in pairs.items()},
    )


def _digits_lines(spent: Spent) -> Iterator[Line]:
    name = "8,000 digits to ready, processor time"
    yield Line(number="P27", name=name, figure=spent[0], unit="s", target=DIGITS_SECONDS, beside=f"{spent[2]:.0f} MiB")
    yield Line(number="P27", name=f"{name} behind the imports", figure=spent[1], unit="s", target=DIGITS_WORK)


def _table(path: Path, rows: int) -> Path:
    """Ten columns: whole numbers, decimals, gaps, categories, a boolean, dates, and one that counts the rows."""
    draw = random.Random(rows)
    cities, colours = [f"city {number}" for number in range(200)], ("red", "green", "blue", "NA")
    with path.open("w") as file:
        file.write("id,age,income,score,ratio,city,colour,active,day,label\n")
        for row in range(rows):
            ratio = "" if draw.random() < 0.05 else f"{draw.random():.4f}"
            day = f"{2015 + draw.randrange(10)}-{1 + draw.randrange(12):02}-{1 + draw.randrange(28):02}"
            file.write(
                f"{row + 1},{draw.randint(18, 94)},{draw.lognormvariate(10, 0.6):.2f},{draw.gauss(0, 1):.6f},{ratio},"
                f"{draw.choice(cities)},{draw.choice(colours)},{draw.choice(('true', 'false'))},{day},"
                f"{draw.choice(('yes please', 'no thanks', 'maybe'))}\n"
            )
    return path
