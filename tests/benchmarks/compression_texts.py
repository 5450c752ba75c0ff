"""Networks of texts made smaller: the third part of `make accuracy`. Writes docs/compression_texts.md.

Each network is trained on the hotel reviews with the settings that accuracy_texts measures, on one fold, and goes
through each list of stages below by itself. A refused stage stands in the table with its reason. In the folder that
accuracy_texts kept, the networks are already there.

    python -m tests.benchmarks.compression_texts [--keep FOLDER]
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.__main__ import commit, machine, table
from tests.benchmarks.accuracy import fold_report, place
from tests.benchmarks.accuracy_texts import NETWORKS, TASK, folder_of
from tests.benchmarks.texts_of import TEXTS
from tests.trainer import samples

DATA, SEED, FOLD = "reviews-zh", 0, 0
PRUNED: dict[str, Any] = {"name": "prune_channels"}
STATIC: dict[str, Any] = {"name": "quantize_int8", "ranges": "static"}
DYNAMIC: dict[str, Any] = {"name": "quantize_int8", "ranges": "dynamic"}
# Lists of stages, each stage with its label in the table.
LISTS: list[list[tuple[str, dict[str, Any]]]] = [
    [("int8, static", STATIC)],
    [("int8, dynamic", DYNAMIC)],
    [("half of the channels", PRUNED), ("half of the channels, then int8, dynamic", DYNAMIC)],
]
RECORD = Path(__file__).parents[2] / "docs" / "compression_texts.md"
HEAD = ("network", "stages", "MiB", "accuracy, %", "ms for 32 texts", "the same in float", "runtime")
PAGE = """# Networks of texts, made smaller

Written by `make accuracy` at commit {commit} on {machine}. Each network was trained on one fold of {data} with the
settings of docs/accuracy_{data}.md, on one core. The milliseconds "in float" are of the same network, in the same
runtime, before its numbers became integers; where these are not fewer, integers save room and no time.

{table}
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", type=Path)
    with tempfile.TemporaryDirectory() as temporary:
        folder = parser.parse_args().keep or Path(temporary) / "texts"
        prepared = folder / "prepared.safetensors" if folder.exists() else TEXTS[DATA](folder)
        lines = [line for name in NETWORKS for line in _lines(name, prepared, folder)]
    page = PAGE.format(commit=commit(), machine=machine(), data=DATA, table=table([HEAD, *lines]))
    RECORD.write_text(page, encoding="utf-8")
    print(f"\n{page}")


def _lines(name: str, prepared: Path, folder: Path) -> Iterator[tuple[str, ...]]:
    """The trained network, and what each list of stages makes of it."""
    inputs = {"prepared": prepared, "model": _trained(name, prepared, folder / folder_of(name))}
    with tempfile.TemporaryDirectory() as work:
        for number, stages in enumerate(LISTS):
            spec = {"stages": [stage for _, stage in stages], "threads": 1}
            done = samples.attempt(Path(work) / str(number), "compress", spec, inputs)
            original, *rows = done.report["stages"]
            if not number:
                yield (name, "as trained", *_figures(original))
            for (label, _), row in zip(stages, rows, strict=True):
                yield (name, label, *_figures(row))


def _trained(name: str, prepared: Path, folder: Path) -> Path:
    """The network's file, of SEED and FOLD."""
    path = folder / place(SEED, FOLD) / "model.safetensors"
    if not path.exists():
        folder.mkdir(exist_ok=True)
        fold_report({**TASK, **NETWORKS[name], "seed": SEED}, prepared, folder, FOLD)
    return path


def _figures(stage: dict[str, Any]) -> tuple[str, ...]:
    if stage["status"] == "refused":
        return (stage["message"] % stage["params"], "", "", "", "")
    before = stage["float_latency_ms"]
    return (
        f"{stage['size'] / 2**20:.1f}",
        f"{100 * stage['metric']['value']:.2f}",
        f"{stage['latency_ms']['32']:.1f}",
        f"{before['32']:.1f}" if before else "",
        stage["runtime"],
    )


if __name__ == "__main__":
    main()
