"""Read word vectors or another asset, and write what a training reads of it.

Under the limits on memory, time and files that also hold for what is uploaded. Give the file to `fit --asset
NAME=FILE`, with the name that stands for it in the spec; its profile stays beside it.
"""

import argparse
import tempfile
from pathlib import Path

from trainer import files
from trainer.errors import TrainerError
from trainer.importing.asset_preparation import PROFILE, file_of, guarded
from trainer.sentences import filled


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the file as you have it, also as .gz or alone in a ZIP")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the prepared file and profile.json")
    parser.add_argument("--overwrite", action="store_true", help="replace what stands in the folder by these names")


def run(arguments: argparse.Namespace) -> int:
    file, out = arguments.file.resolve(strict=True), arguments.out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, suffix=files.PARTIAL) as work:
        profile = guarded(file, file.name, Path(work))
        names = (file_of(profile), PROFILE)
        for name in names if not arguments.overwrite else ():
            _require_free(out, name)
        for name in names:
            (Path(work) / name).replace(out / name)
    print(f"{filled(profile.message, profile.params)}: {out / names[0]}")
    for problem in profile.problems:
        print(f"{problem.severity}: {problem.in_words}")
    return 0


def _require_free(out: Path, name: str) -> None:
    if (out / name).exists():
        raise TrainerError(
            "file_in_the_way",
            "%(folder)s has a file “%(name)s” already. Choose another folder "
            "with --out, or add --overwrite to replace it.",
            folder=str(out),
            name=name,
        )
