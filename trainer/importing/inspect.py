"""An inspection: the one place where uploaded content is opened, in a process of its own with limits."""

from pathlib import Path

from trainer.attempt.events import Log, Output, Result
from trainer.attempt.job import Job
from trainer.attempt.journal import Journal
from trainer.importing.limits import guarded
from trainer.specs.inspect import InspectSpec


def inspect(job: Job, folder: Path, journal: Journal) -> None:
    """Open the uploads of ``job``, and leave prepared data, profile, thumbnails and the list of what was left
    out in ``folder``/out.

    Raises TrainerError with a sentence for whatever is wrong with the files.
    """
    assert isinstance(job.spec, InspectSpec)
    paths = [job.require(f"upload:{number}") for number in range(len(job.spec.files))]
    done = guarded(paths, job.spec.files, folder / "out", job.spec.format, job.spec.columns)
    for problem in done.result.problems:
        journal.write(Log(level=problem.severity, code=problem.code, message=problem.message, params=problem.params))
    for role, path in (
        ("prepared", done.prepared),
        ("profile", done.profile),
        ("thumbnails", done.thumbnails),
        ("left_out", done.left_out),
    ):
        if path is not None:
            journal.write(Output(role=role, path=f"out/{path.name}", name=path.name))
    summary = done.result.summary
    journal.write(Result(report={"format": done.result.format, "columns": len(summary.columns), "rows": summary.rows}))
