"""Read data files, and write prepared data and a profile of them.

Under the limits on memory, time and files that also hold for what is uploaded.
"""

import argparse
from pathlib import Path

from trainer.importing.preparation import files_of
from trainer.inspect import guarded, limit


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="a data file, or a folder of them")
    parser.add_argument("--out", type=Path, required=True, help="the folder for prepared.safetensors and profile.json")


def run(arguments: argparse.Namespace) -> int:
    limit()
    paths, names = files_of(arguments.data.resolve(strict=True))
    done = guarded(paths, names, arguments.out)
    print(f"{done.result.format}: {done.result.summary.rows} rows")
    for problem in done.result.problems:
        print(f"{problem.severity}: {problem.message % problem.params} {problem.remedy % problem.params}")
    return 0
