"""Train a model by a spec.

Ctrl-C writes a checkpoint and ends; the same command then goes on from there, as it does after a crash.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trainer import report
from trainer.asset import AssetProfile, references, role
from trainer.data.prepared import Prepared
from trainer.errors import TrainerError
from trainer.importing.asset_preparation import PROFILE
from trainer.specs.train import TrainDraft
from trainer.terminal import out, sample_lines
from trainer.terminal.console import checked, devices, read_object
from trainer.terminal.out import Out

MODEL = "model.safetensors"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "spec", type=Path, help='a JSON file, for example {"model": {"name": "cnn"}, "epochs": 7, "ranks": 2}'
    )
    parser.add_argument(
        "--asset",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="an asset that the spec names, as `asset` wrote it; once for each",
    )
    parser.add_argument("--data", type=Path, required=True, help="a data file, a folder of them, or prepared data")
    out.arguments(parser, "the model and its report")


def run(arguments: argparse.Namespace) -> int:
    from trainer.terminal import foreground

    spec, folder = read_spec(arguments.spec), Out.of(arguments)
    folder.require_free((MODEL, out.REPORT, report.SHEET))
    devices(spec.device_count)  # too many ranks are refused before the data are read
    assets = assets_of(arguments.asset, spec)
    prepared = folder.prepare(arguments.data)
    complete = spec.resolved(Prepared.open(prepared).summary)
    screen = foreground.attempt(folder, complete, {"prepared": prepared, **assets}, "step-*.safetensors")
    code = foreground.end(folder.run, screen.ended)
    if code == 0:
        folder.place({**foreground.outputs(folder.run), **foreground.report(folder.run, screen)})
        print(f"{scores(screen.report)}\nThe model is {folder.path / MODEL}.")
    return code


def read_spec(path: Path) -> TrainDraft:
    """The spec in a file. Raises TrainerError when it is not JSON, or a field is wrong."""
    spec = checked(read_object(path), "train")
    assert isinstance(spec, TrainDraft)
    return spec


def assets_of(arguments: Sequence[str], spec: TrainDraft) -> dict[str, Path]:
    """The files of the assets that the spec names, by role. Raises TrainerError where one is not given or does not
    suit."""
    paths = {name: Path(path) for name, _, path in (argument.partition("=") for argument in arguments)}
    for reference in references(spec):
        if reference.name not in paths:
            raise TrainerError(
                "asset_missing",
                "The spec names the asset “%(name)s”. Say where it is: --asset %(name)s=FILE, with a file that "
                "`python -m trainer asset` wrote.",
                field=reference.path,
                name=reference.name,
            )
        profile = paths[reference.name].resolve(strict=True).with_name(PROFILE)
        reference.require(AssetProfile.model_validate_json(profile.read_bytes()))
    return {role(name): path.resolve(strict=True) for name, path in paths.items()}


def scores(body: dict[str, Any]) -> str:
    """The report's facts in words, behind them what must be known of them, and the rows that it shows."""
    parsed = report.parse(body)
    facts = ", ".join(report.in_words(scalar) for scalar in parsed.scalars if scalar.shown)
    return "\n".join([facts, *(caution.in_words() for caution in parsed.cautions), *sample_lines.of_report(body)])
