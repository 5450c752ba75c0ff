"""A train run: one attempt, on one rank."""

import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from trainer import files
from trainer.attempt import events
from trainer.attempt.assets import Assets
from trainer.attempt.control import Control
from trainer.attempt.job import Job
from trainer.attempt.journal import Journal
from trainer.data import rows, tokenizing
from trainer.data.prepared import Prepared
from trainer.data.rows import Rows
from trainer.packaging import package
from trainer.packaging.package import ModelConfig
from trainer.packaging.preprocessing import RawModel
from trainer.report import Report
from trainer.sentences import gettext_noop as _
from trainer.specs.train import TrainSpec
from trainer.training import checkpoint, cleaning_report, initial, parallel, row_pictures, tokens_report
from trainer.training.adapting import adapt
from trainer.training.checkpoint import Saved
from trainer.training.initial import Sentence
from trainer.training.judging import judge
from trainer.training.loop import fit
from trainer.training.parallel import Ranks
from trainer.training.setting import Setting

FITTED = "blocks.json"  # in the attempt's folder: what the first rank fitted for all
WAIT_SECONDS = 0.02


def train(job: Job, folder: Path, journal: Journal) -> events.Ended:
    """One attempt of a train run, on one rank. Raises TrainerError for what the user can mend."""
    sha256 = job.hashes.get("prepared")
    prepared = Prepared.open(job.inputs["prepared"], sha256)
    assert isinstance(job.spec, TrainSpec)
    spec = job.spec
    saved = checkpoint.read(job.resume) if job.resume else None
    if job.attempt > 1 or saved:
        journal.write(events.Rewind(step=saved.step if saved else 0))
    ranks = parallel.join(job.devices, spec.threads)

    assets = Assets.of(job)
    with prepared.checking(sha256, beside=ranks.first):
        data = rows.read(spec, prepared)
        _say(journal, () if saved else list(tokens_report.beginning(data, spec.tokenizers)), ranks)
        data = _fitted(data, spec, saved, assets, folder, ranks)
        if ranks.first:
            _say_what_is_trained_on(journal, data, spec)
        ranks.seed(spec.seed)
        config = rows.configure(spec, data, sha256).model_copy(update={"assets": dict(assets.hashes)})
        setting = Setting(spec, package.module(config), data, ranks, journal)
        with assets.checking(beside=ranks.first):
            fillings = list(initial.fill(config, setting.model, assets, data))
        _say(journal, [one.sentence for one in fillings], ranks)
        if not saved:
            adapt(setting)
        fitted = fit(setting, control=Control(folder if ranks.first else None), folder=folder, resume=saved)
        if fitted.outcome == "paused":
            return events.Ended(outcome="paused", code=fitted.code, step=fitted.progress.step)
        report = judge(setting, fitted.progress, [scalar for one in fillings for scalar in one.scalars])

    if ranks.first:
        _publish(folder, journal, config, setting.model)
        _report(folder, journal, data, report)
    return events.Ended(outcome=fitted.outcome, step=fitted.progress.step)


def _fitted(data: Rows, spec: TrainSpec, saved: Saved | None, assets: Assets, folder: Path, ranks: Ranks) -> Rows:
    """With all that is fitted, alike for all ranks and in every life of the run: a tokenizer of a library is not made
    twice the same.
    """
    if saved:
        return data.with_blocks(saved.blocks)
    if not tokenizing.waiting(data):
        return data
    path = folder / FITTED
    if ranks.first:
        data = tokenizing.tokenize(spec.tokenizers, data, assets)
        files.write(path, data.blocks_as_json().encode())
        return data
    while not path.exists():  # whoever launched the ranks ends all when one ends
        time.sleep(WAIT_SECONDS)
    return data.with_blocks(path.read_text(encoding="utf-8"))


def _say(journal: Journal, sentences: Sequence[Sentence], ranks: Ranks) -> None:
    for message, params in sentences if ranks.first else ():
        journal.write(events.Log(message=message, params=params))


def _publish(folder: Path, journal: Journal, config: ModelConfig, model: RawModel) -> None:
    """Write the model file and say so."""
    (folder / "out").mkdir(exist_ok=True)
    package.save(folder / "out" / "model.safetensors", config, model)
    journal.write(
        events.Output(role="model", path="out/model.safetensors", name="model.safetensors", meta={"form": "torch"})
    )


def _report(folder: Path, journal: Journal, data: Rows, report: Report) -> None:
    """The report, and before it the pictures that it shows."""
    row_pictures.write(folder, journal, data, report.blocks)
    journal.write(events.Result(report=report.model_dump(mode="json")))


def _say_what_is_trained_on(journal: Journal, data: Rows, spec: TrainSpec) -> None:
    for message, params in chain(cleaning_report.sentences(data), tokens_report.sentences(data, spec.tokenizers)):
        journal.write(events.Log(message=message, params=params))
    if data.dropped:
        journal.write(
            events.Log(
                level="warning",
                message=_("%(count)d rows have no value in “%(column)s” and are left out."),
                params={"count": data.dropped, "column": data.task.target.name},
            )
        )
    parts = data.parts
    journal.write(
        events.Log(
            message=_("%(train)d rows train, %(validation)d choose the best epoch, %(test)d test."),
            params={"train": len(parts.train), "validation": len(parts.validation), "test": len(parts.test)},
        )
    )
