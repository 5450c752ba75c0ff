"""Read data files, and write prepared data and a profile of them.

Under the limits on memory, time and files that also hold for what is uploaded.
"""

import argparse
import tempfile
from pathlib import Path

from trainer import files
from trainer.errors import TrainerError
from trainer.importing.limits import guarded, limit
from trainer.importing.preparation import files_of

RESULTS = ("prepared.safetensors", "profile.json", "thumbnails.png", "left_out.csv")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="a data file, or a folder of them")
    parser.add_argument("--out", type=Path, required=True, help="the folder for prepared.safetensors and profile.json")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace what an earlier inspection left in the folder"
    )


def run(arguments: argparse.Namespace) -> int:
    limit()
    out: Path = arguments.out
    if not arguments.overwrite:
        _require_free(out)
    paths, names = files_of(arguments.data.resolve(strict=True))
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, suffix=files.PARTIAL) as work:
        result = guarded(paths, names, Path(work)).result
        _replace(out, Path(work))
    print(f"{result.format}: {result.summary.rows} rows")
    for problem in result.problems:
        print(f"{problem.severity}: {problem.in_words}")
    return 0


def _require_free(out: Path) -> None:
    for name in RESULTS:
        if (out / name).exists():
            raise TrainerError(
                "file_in_the_way",
                "%(folder)s has a file “%(name)s” already. Choose another folder "
                "with --out, or add --overwrite to replace it.",
                folder=str(out),
                name=name,
            )


def _replace(out: Path, work: Path) -> None:
    """Move the results from ``work`` to ``out``; an earlier one that has no successor goes, too."""
    for name in RESULTS:
        if (work / name).exists():
            (work / name).replace(out / name)
        else:
            (out / name).unlink(missing_ok=True)
