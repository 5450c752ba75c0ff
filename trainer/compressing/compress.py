"""A compress run: a trained model made smaller, stage after stage, measured before and after each.

Inputs by role: ``prepared`` (the data it was trained on) and ``model`` (a package). Each stage yields a model version:
an output of role ``model`` whose ``meta`` has ``stage``, ``name``, ``form`` and ``report``. After a resume the outputs
of stages that were done before are named again; they are the same files.
"""

from functools import partial
from pathlib import Path
from shutil import copyfile, rmtree

from trainer import catalog
from trainer.attempt import events
from trainer.attempt.control import Control
from trainer.attempt.job import GO_ON, STOP, YIELD, Job
from trainer.attempt.journal import Journal
from trainer.component import Component
from trainer.compressing import compare, savings, stages
from trainer.compressing.fine_tuning import PausedError, fine_tune
from trainer.compressing.setting import Setting
from trainer.compressing.stage_rows import Refused
from trainer.compressing.stages import Stages
from trainer.compressors import Bench, CompressorSpec, RefusedError, Version
from trainer.data import rows
from trainer.data.prepared import Prepared
from trainer.packaging import package
from trainer.proving import sources
from trainer.report import Report
from trainer.sentences import gettext_noop as _
from trainer.specs.compress import CompressSpec
from trainer.training import parallel


def compress(job: Job, folder: Path, journal: Journal) -> events.Ended:
    """One attempt of a compress run. Raises TrainerError when the model, the data or the checkpoint cannot be read."""
    sha256 = job.hashes.get("prepared")
    prepared = Prepared.open(job.inputs["prepared"], sha256)
    with prepared.checking(sha256):
        return _compress(_setting(job, prepared, folder, journal), job)


def _compress(setting: Setting, job: Job) -> events.Ended:
    results, step, training = _resumed(job, setting.folder, setting.journal)
    _start(setting, step)
    table = compare.Table(setting.data, setting.spec.threads, setting.original)
    results.rows = results.rows or [table.row(setting.original, "original")]
    command = GO_ON

    while not _is_over(setting, results):
        command = setting.control.read()
        if command != GO_ON:
            break
        try:
            _do_next(setting, results, table, training)
        except PausedError as paused:
            return events.Ended(outcome="paused", code=paused.code, step=paused.step)
        training = None
        if not _is_over(setting, results):
            _checkpoint(setting, results)

    return _end(setting, results, command)


def _start(setting: Setting, step: int) -> None:
    setting.journal.write(
        events.Started(
            step=step,
            total_steps=max(1, setting.steps(len(setting.spec.stages))),
            steps_per_epoch=setting.steps_per_epoch,
            placement=(str(setting.ranks.device),),
        )
    )


def _is_over(setting: Setting, results: Stages) -> bool:
    """Whether all stages are done, or the last one was refused, on which nothing can be built."""
    return results.done == len(setting.spec.stages) or isinstance(results.rows[-1], Refused)


def _do_next(setting: Setting, results: Stages, table: compare.Table, unfinished: Path | None) -> None:
    stage = setting.spec.stages[results.done]
    _say_stage(setting, results.done, stage)
    try:
        _keep(setting, results, _do(setting, stage, results, unfinished), stage, table)
    except RefusedError as error:
        _refuse(setting, results, stage, error)


def _end(setting: Setting, results: Stages, command: int) -> events.Ended:
    step = setting.steps(results.done) if results.stopped_at is None else results.stopped_at
    if command not in (GO_ON, STOP):
        _checkpoint(setting, results)
        return events.Ended(outcome="paused", code="yielded" if command == YIELD else "", step=step)
    _report(setting.journal, results)
    unfinished = isinstance(results.rows[-1], Refused) or results.done < len(setting.spec.stages)
    stopped = command == STOP or results.stopped_at is not None or (unfinished and setting.control.read() == STOP)
    return events.Ended(outcome="stopped" if stopped else "succeeded", step=step)


def _report(journal: Journal, results: Stages) -> None:
    """What all of it came to, as a sentence and in numbers."""
    table = results.table()
    message, params = savings.sentence(table)
    journal.write(events.Log(level="info" if results.names else "warning", message=message, params=params))
    scalars = savings.scalars(table)
    report = Report(headline=scalars[0].name if scalars else "", scalars=tuple(scalars))
    journal.write(events.Result(report={**report.model_dump(mode="json"), "stages": table}))


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
        original=Version(stage=0, path=path, form="torch", config=config),
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
    form = results.rows[results.done].form
    config = package.load(path)[0] if form == "torch" else sources.onnx_config(path)
    return Version(stage=results.done, path=path, form=form, config=config)


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


def _do(setting: Setting, stage: CompressorSpec, results: Stages, unfinished: Path | None) -> Version:
    """Do one stage in a folder of its own; ``unfinished`` is the checkpoint of its training when an
    earlier life began it.
    """
    work = setting.folder / "work"
    rmtree(work, ignore_errors=True)
    work.mkdir()
    bench = Bench(
        folder=work,
        rows=setting.data,
        threads=setting.spec.threads,
        fine_tune=partial(fine_tune, setting, stage.training(), results, unfinished),
    )
    result: Version = catalog.build("compressors", stage, _newest(setting, results), bench)
    return result


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
    results.rows.append(table.row(version, stage.name, results.rows[-1]))
    results.names.append(name)
    _publish(setting.journal, results, version.stage, name)


def _publish(journal: Journal, results: Stages, number: int, name: str) -> None:
    row = results.table()[number]
    meta = {"form": row["form"], "stage": number, "name": row["name"], "report": row}
    journal.write(events.Output(role="model", path=f"out/{name}", name=name, meta=meta))


def _refuse(setting: Setting, results: Stages, stage: CompressorSpec, error: RefusedError) -> None:
    """What a stage made is not offered: the table and the log say why."""
    results.rows.append(
        Refused(
            stage=results.done + 1,
            name=stage.name,
            form=stage.yields,
            code=error.code,
            message=error.message,
            params=error.params,
        )
    )
    setting.journal.write(events.Log(level="warning", code=error.code, message=error.message, params=error.params))
