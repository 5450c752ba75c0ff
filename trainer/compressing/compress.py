"""A compress run: a trained model made smaller, stage after stage, measured before and after each.

Inputs by role: ``prepared`` (the data it was trained on) and ``model`` (a package). Each stage yields a model version:
an output of role ``model`` whose ``meta`` has ``stage``, ``name``, ``form`` and ``report``. After a resume the outputs
of stages that were done before are named again; they are the same files.
"""

import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copyfile, rmtree
from typing import Any

from trainer import catalog
from trainer.attempt import events
from trainer.attempt.control import Control
from trainer.attempt.job import GO_ON, STOP, YIELD, Job
from trainer.attempt.journal import Journal
from trainer.component import Component
from trainer.compressing import compare, savings, stages
from trainer.compressing.stages import StageJournal, Stages
from trainer.compressors import Bench, CompressorSpec, RefusedError, Training, Version
from trainer.data import rows
from trainer.data.prepared import Prepared
from trainer.data.rows import Rows
from trainer.packaging import package
from trainer.packaging.preprocessing import RawModel
from trainer.proving import sources
from trainer.report import Report
from trainer.sentences import gettext_noop as _
from trainer.specs.compress import CompressSpec
from trainer.specs.train import TrainSpec
from trainer.training import checkpoint, loop, parallel
from trainer.training import setting as training_setting
from trainer.training.parallel import Ranks


class PausedError(Exception):
    """Training inside a stage was asked to pause; its checkpoint is written."""

    def __init__(self, step: int, code: str) -> None:
        super().__init__(code)
        self.step = step
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What all stages share. ``recipe`` is the spec by which the model was trained, and is trained on."""

    spec: CompressSpec
    folder: Path
    journal: Journal
    control: Control
    ranks: Ranks
    data: Rows
    recipe: TrainSpec
    original: Version

    @property
    def steps_per_epoch(self) -> int:
        return self.data.batches(self.recipe.batch_size, self.recipe.seed).per_epoch

    def steps(self, done: int) -> int:
        """Training steps of the first ``done`` stages."""
        return self.steps_per_epoch * sum(self.epochs(stage.training()) for stage in self.spec.stages[:done])

    def epochs(self, training: Training | None) -> int:
        """How often a stage that trains so sees all training rows; 0 when it does not train."""
        return max(training.epochs, math.ceil(training.least_steps / self.steps_per_epoch)) if training else 0


def compress(job: Job, folder: Path, journal: Journal) -> events.Ended:
    """One attempt of a compress run. Raises TrainerError when the model, the data or the checkpoint cannot be read."""
    sha256 = job.hashes.get("prepared")
    prepared = Prepared.open(job.inputs["prepared"], sha256)
    with prepared.checking(sha256):
        return _compress(_setting(job, prepared, folder, journal), job)


def _compress(setting: Setting, job: Job) -> events.Ended:
    folder, journal = setting.folder, setting.journal
    results, step, training = _resumed(job, folder, journal)
    total = max(1, setting.steps(len(setting.spec.stages)))
    journal.write(
        events.Started(
            step=step,
            total_steps=total,
            steps_per_epoch=setting.steps_per_epoch,
            placement=(str(setting.ranks.device),),
        )
    )
    table = compare.Table(setting.data, setting.spec.threads, setting.original)
    results.table = results.table or [table.row(setting.original, "original")]
    version, command, refused = _newest(setting, results), GO_ON, False

    while results.done < len(setting.spec.stages) and not refused:
        command = setting.control.read()
        if command != GO_ON:
            break
        stage = setting.spec.stages[results.done]
        _say_stage(setting, results.done, stage)
        try:
            _keep(setting, results, _do(setting, stage, version, results, training), stage, table)
            version = _newest(setting, results)
        except RefusedError as error:
            refused = True
            _refuse(setting, results, stage, error)
        except PausedError as paused:
            return events.Ended(outcome="paused", code=paused.code, step=paused.step)
        training = None
        if results.done < len(setting.spec.stages) and not refused:
            _checkpoint(setting, results)

    step = setting.steps(results.done) if results.stopped_at is None else results.stopped_at
    if command not in (GO_ON, STOP):
        _checkpoint(setting, results)
        return events.Ended(outcome="paused", code="yielded" if command == YIELD else "", step=step)
    _say_savings(journal, results)
    journal.write(events.Result(report=_report(results)))
    unfinished = refused or results.done < len(setting.spec.stages)
    stopped = command == STOP or results.stopped_at is not None or (unfinished and setting.control.read() == STOP)
    return events.Ended(outcome="stopped" if stopped else "succeeded", step=step)


def _report(results: Stages) -> dict[str, Any]:
    scalars = savings.scalars(results.table)
    report = Report(headline=scalars[0].name if scalars else "", scalars=tuple(scalars))
    return {**report.model_dump(mode="json"), "stages": results.table}


def _setting(job: Job, prepared: Prepared, folder: Path, journal: Journal) -> Setting:
    assert isinstance(job.spec, CompressSpec)
    path = job.require("model")
    config, _ = package.load(path)
    data = rows.of_model(config, prepared, job.hashes.get("prepared"))
    return Setting(
        spec=job.spec,
        folder=folder,
        journal=journal,
        control=Control(folder),
        data=data,
        ranks=parallel.join(job.devices, job.spec.threads),
        recipe=config.recipe,
        original=Version(0, path, "torch", config),
    )


def _resumed(job: Job, folder: Path, journal: Journal) -> tuple[Stages, int, Path | None]:
    """Where an earlier life came to, its outputs named again; the beginning when there was none."""
    out = folder / "out"
    if job.resume is None:
        if job.attempt > 1:
            journal.write(events.Rewind(step=0))
        return Stages(out), 0, None
    results, step, training = stages.read(job.resume, out, folder / "training.safetensors")
    journal.write(events.Rewind(step=step))
    for number, name in enumerate(results.names, 1):
        _publish(journal, results, number, name)
    return results, step, training


def _newest(setting: Setting, results: Stages) -> Version:
    """The version that the next stage starts from."""
    if not results.names:
        return setting.original
    path = results.out / results.names[-1]
    form = results.table[results.done]["form"]
    config = package.load(path)[0] if form == "torch" else sources.onnx_config(path)
    return Version(results.done, path, form, config)


def _say_stage(setting: Setting, done: int, stage: Component) -> None:
    setting.journal.write(
        events.Log(
            message=_("Stage %(stage)d of %(stages)d: %(name)s."),
            params={
                "stage": done + 1,
                "stages": len(setting.spec.stages),
                "name": catalog.entry("compressors", stage).label,
            },
        )
    )


def _say_savings(journal: Journal, results: Stages) -> None:
    message, params = savings.sentence(results.table)
    journal.write(events.Log(level="info" if results.names else "warning", message=message, params=params))


def _do(setting: Setting, stage: CompressorSpec, version: Version, results: Stages, begun: Path | None) -> Version:
    """Do one stage in a folder of its own; ``begun`` is the checkpoint of its training when an
    earlier life began it.
    """
    work = setting.folder / "work"
    rmtree(work, ignore_errors=True)
    work.mkdir()
    bench = Bench(
        folder=work,
        rows=setting.data,
        threads=setting.spec.threads,
        fine_tune=partial(_fine_tune, setting, stage.training(), results, begun),
    )
    result: Version = catalog.build("compressors", stage, version, bench)
    return result


def _fine_tune(
    setting: Setting, training: Training | None, results: Stages, begun: Path | None, model: RawModel
) -> None:
    """Train on with the loop that trained the model; it ends with the weights of the best epoch. ``begun`` is the
    checkpoint that an earlier life wrote in the middle of it.

    Raises PausedError, and RefusedError when it was stopped before it saw all rows once.
    """
    assert training is not None, "a stage that trains says so in its Spec"
    optimizer = catalog.default("optimizers", "adamw").replaced(learning_rate=training.learning_rate)
    spec = setting.recipe.model_copy(
        update={
            "epochs": setting.epochs(training),
            "optimizer": optimizer,
            "schedule": catalog.default("schedules", "cosine"),
            "ranks": 1,
            "precision": "float32",
            "seed": setting.spec.seed,
        }
    )
    earlier = setting.steps(results.done)
    keep = partial(_keep_training, setting, results)
    journal = StageJournal(setting.journal, earlier, keep, setting.folder)
    fitted = loop.fit(
        training_setting.Setting(spec, model, setting.data, setting.ranks, journal),
        control=setting.control,
        folder=setting.folder,
        resume=checkpoint.read(begun) if begun else None,
    )
    if fitted.outcome == "paused":
        raise PausedError(earlier + fitted.progress.step, fitted.code)
    if fitted.progress.step < setting.steps_per_epoch:
        results.stopped_at = earlier + fitted.progress.step
        raise RefusedError(
            "not_fine_tuned",
            "Stopped before it was trained on, so what this stage made is not offered; start the "
            "compression again and let it finish.",
        )
    if fitted.outcome == "stopped":
        results.stopped_at = earlier + fitted.progress.step


def _keep_training(setting: Setting, results: Stages, step: int, training: Path) -> Path:
    return stages.write(setting.folder / "checkpoints", step, results, training)


def _checkpoint(setting: Setting, results: Stages) -> None:
    """Between two stages."""
    setting.data.prepared.is_whole()
    setting.journal.sync()
    step = setting.steps(results.done)
    path = stages.write(setting.folder / "checkpoints", step, results)
    setting.journal.write(events.Checkpoint(step=step, path=str(path.relative_to(setting.folder))))


def _keep(setting: Setting, results: Stages, version: Version, stage: Component, table: compare.Table) -> None:
    """Measure what the stage made, and offer it."""
    setting.data.prepared.is_whole()
    name = stages.file_name(version.stage, stage.name, version.form)
    copyfile(version.path, results.out / name)
    results.table.append(table.row(version, stage.name, results.table[-1]))
    results.names.append(name)
    _publish(setting.journal, results, version.stage, name)


def _publish(journal: Journal, results: Stages, number: int, name: str) -> None:
    row = results.table[number]
    meta: dict[str, Any] = {"form": row["form"], "stage": number, "name": row["name"], "report": row}
    journal.write(events.Output(role="model", path=f"out/{name}", name=name, meta=meta))


def _refuse(setting: Setting, results: Stages, stage: Component, error: RefusedError) -> None:
    """What a stage made is not offered: the table and the log say why."""
    results.table.append(
        {
            "stage": results.done + 1,
            "name": stage.name,
            "form": stage.yields,
            "status": "refused",
            "code": error.code,
            "message": error.message,
            "params": error.params,
        }
    )
    setting.journal.write(events.Log(level="warning", code=error.code, message=error.message, params=error.params))
