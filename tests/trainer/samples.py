"""Small runs on the real samples, in this process, for tests of what is done with a trained model."""

from pathlib import Path
from typing import Any

from trainer.attempt import events
from trainer.attempt.job import Job
from trainer.attempt.journal import Reader
from trainer.attempt.main import run_attempt
from trainer.checked import sha256
from trainer.data.prepared import Prepared, own_name, write_prepared
from trainer.data.summary import IMAGE
from trainer.importing import preparation
from trainer.specs.parsing import parse, parse_complete
from trainer.specs.train import TrainDraft

SAMPLES = Path(__file__).parents[2] / "webapp" / "datasets" / "samples"
DIGITS = 2400


def digits(folder: Path) -> Path:
    """The first digits of the sample, prepared."""
    whole = Prepared.open(preparation.prepare(*_files("digits", "*.gz"), folder).prepared)
    path = folder / "some.safetensors"
    arrays = {name: whole.array(name)[:DIGITS] for name in (own_name(IMAGE), "categories")}
    write_prepared(path, whole.summary.model_copy(update={"rows": DIGITS}), arrays)
    return path


def penguins(folder: Path) -> Path:
    """The sample with numbers, categories and missing values, prepared."""
    return preparation.prepare(*_files("penguins", "*.csv"), folder).prepared


def _files(name: str, pattern: str) -> tuple[list[Path], list[str]]:
    paths = sorted((SAMPLES / name).glob(pattern))
    return paths, [path.name for path in paths]


def attempt(
    folder: Path, kind: str, spec: dict[str, Any], inputs: dict[str, Path], resume: Path | None = None
) -> "Done":
    """One attempt of any kind, done in this process."""
    folder.mkdir(parents=True)
    parsed = parse({"kind": kind, **spec})
    if isinstance(parsed, TrainDraft):
        parsed = parsed.resolved(Prepared.open(inputs["prepared"]).summary)
    job = Job(
        run="test",
        attempt=1,
        spec=parse_complete(parsed.model_dump(mode="json")),
        inputs={role: str(path) for role, path in inputs.items()},
        hashes={role: sha256(path) for role, path in inputs.items()},
        resume=str(resume) if resume else None,
    )
    (folder / "job.json").write_text(job.model_dump_json())
    run_attempt(folder)
    return Done(folder)


class Done:
    """What an attempt left in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events = [event for _, event in Reader(folder / "journal").read()]

    def __getitem__(self, kind: type[events.Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def ended(self) -> events.Ended:
        (ended,) = self[events.Ended]
        assert isinstance(ended, events.Ended)
        return ended

    @property
    def report(self) -> dict[str, Any]:
        (result,) = self[events.Result]
        return dict(result.report)

    def output(self, name: str) -> Path:
        (output,) = [event for event in self[events.Output] if event.name == name]
        return self.folder / str(output.path)
