"""The inspection of an asset: a process of its own opens the file, and this one tells what came of it."""

from pathlib import Path

from trainer.attempt.events import Log, Output, Result
from trainer.attempt.job import Job
from trainer.attempt.journal import Journal
from trainer.importing.asset_preparation import PROFILE, file_of, guarded
from trainer.specs.inspect_asset import InspectAssetSpec


def inspect_asset(job: Job, folder: Path, journal: Journal) -> None:
    """Open the upload of ``job``, and leave the prepared file and its profile in ``folder``/out. Raises TrainerError
    with a sentence for whatever is wrong with the file.
    """
    assert isinstance(job.spec, InspectAssetSpec)
    profile = guarded(job.require("upload"), job.spec.file, folder / "out")
    for problem in profile.problems:
        journal.write(Log(level=problem.severity, code=problem.code, message=problem.message, params=problem.params))
    name = file_of(profile)
    journal.write(Output(role="prepared", path=f"out/{name}", name=name))
    journal.write(Output(role="profile", path=f"out/{PROFILE}", name=PROFILE))
    journal.write(Result(report={"asset": profile.kind, **profile.measures}))
