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
from trainer.compressing.compression import Compression
from trainer.compressing.fine_tuning import PausedError, fine_tune
from trainer.compressing.stage_rows import Measured, Refused
from trainer.compressing.stages import Stages
from trainer.compressors import Bench, CompressorSpec, RefusedError, Version
from trainer.data import rows
from trainer.data.prepared import Prepared
from trainer.packaging import package
from trainer.proving import sources
from trainer.report import Report
from trainer.sentences import gettext_noop as _
from trainer.specs.compress import CompressSpec
from trainer.training import parallel, row_pictures


def compress(job: Job, folder: Path, journal: Journal) -> events.Ended:
    """One attempt of a compress run. Raises TrainerError when the model, the data or the checkpoint cannot be read."""
    sha256 = job.hashes.get("prepared")
    prepared = Prepared.open(job.inputs["prepared"], sha256)
    with prepared.checking(sha256):
        return _compress(_compression(job, prepared, folder, journal), job)


def _compress(compression: Compression, job: Job) -> events.Ended:
    results, step, training = _resumed(job, compression.folder, compression.journal)
    _start(compression, step)
    table = compare.Table(compression.data, compression.spec.threads, compression.original)
    results.rows = results.rows or [table.row(compression.original, "original")]
    command = GO_ON

    while not _is_over(compression, results):
        command = compression.control.read()
        if command != GO_ON:
            break
        try:
            _do_next(compression, results, table, training)
        except PausedError as paused:
            return events.Ended(outcome="paused", code=paused.code, step=paused.step)
        training = None
        if not _is_over(compression, results):
            _checkpoint(compression, results)

    return _end(compression, results, table, command)


def _start(compression: Compression, step: int) -> None:
    compression.journal.write(
        events.Started(
            step=step,
            total_steps=max(1, compression.steps(len(compression.spec.stages))),
            steps_per_epoch=compression.steps_per_epoch,
            placement=(str(compression.ranks.device),),
        )
    )


def _is_over(compression: Compression, results: Stages) -> bool:
    """Whether all stages are done, or the last one was refused, on which nothing can be built."""
    return results.done == len(compression.spec.stages) or isinstance(results.rows[-1], Refused)


def _do_next(compression: Compression, results: Stages, table: compare.Table, unfinished: Path | None) -> None:
    stage = compression.spec.stages[results.done]
    _say_stage(compression, results.done, stage)
    try:
        _keep(compression, results, _do(compression, stage, results, unfinished), stage, table)
    except RefusedError as error:
        _refuse(compression, results, stage, error)


def _end(compression: Compression, results: Stages, table: compare.Table, command: int) -> events.Ended:
    step = compression.steps(results.done) if results.stopped_at is None else results.stopped_at
    if command not in (GO_ON, STOP):
        _checkpoint(compression, results)
        return events.Ended(outcome="paused", code="yielded" if command == YIELD else "", step=step)
    _report(compression, results, table)
    unfinished = isinstance(results.rows[-1], Refused) or results.done < len(compression.spec.stages)
    stopped = command == STOP or results.stopped_at is not None or (unfinished and compression.control.read() == STOP)
    return events.Ended(outcome="stopped" if stopped else "succeeded", step=step)


def _report(compression: Compression, results: Stages, table: compare.Table) -> None:
    """What all of it came to, as a sentence and in numbers, and what the last version answers worst."""
    stages, journal = results.table(), compression.journal
    message, params = savings.sentence(stages)
    journal.write(events.Log(level="info" if results.names else "warning", message=message, params=params))
    scalars = savings.scalars(stages)
    blocks = [table.worst_rows(_newest(compression, results))] if results.names else []
    row_pictures.write(compression.folder, journal, compression.data, blocks)
    report = Report(headline=scalars[0].name if scalars else "", scalars=tuple(scalars), blocks=tuple(blocks))
    journal.write(events.Result(report={**report.model_dump(mode="json"), "stages": stages}))


def _compression(job: Job, prepared: Prepared, folder: Path, journal: Journal) -> Compression:
    assert isinstance(job.spec, CompressSpec)
    path = job.require("model")
    config, _ = package.load(path)
    data = rows.of_model(config, prepared, job.hashes.get("prepared"))
    return Compression(
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


def _newest(compression: Compression, results: Stages) -> Version:
    """The version that the next stage starts from: the last that was not refused."""
    if not results.names:
        return compression.original
    path = results.out / results.names[-1]
    row = next(row for row in reversed(results.rows) if isinstance(row, Measured))
    config = package.load(path)[0] if row.form == "torch" else sources.onnx_config(path)
    return Version(stage=row.stage, path=path, form=row.form, config=config)


def _say_stage(compression: Compression, done: int, stage: Component) -> None:
    compression.journal.write(
        events.Log(
            message=_("Stage %(stage)d of %(stages)d: %(name)s."),
            params={
                "stage": done + 1,
                "stages": len(compression.spec.stages),
                "name": catalog.entry("compressors", stage).label,
            },
        )
    )


def _do(compression: Compression, stage: CompressorSpec, results: Stages, unfinished: Path | None) -> Version:
    """Do one stage in a folder of its own; ``unfinished`` is the checkpoint of its training when an
    earlier life began it.
    """
    work = compression.folder / "work"
    rmtree(work, ignore_errors=True)
    work.mkdir()
    bench = Bench(
        folder=work,
        rows=compression.data,
        threads=compression.spec.threads,
        fine_tune=partial(fine_tune, compression, stage.training(), results, unfinished),
    )
    result: Version = catalog.build("compressors", stage, _newest(compression, results), bench)
    return result


def _checkpoint(compression: Compression, results: Stages) -> None:
    """Between two stages."""
    compression.data.prepared.is_whole()
    compression.journal.sync()
    step = compression.steps(results.done)
    path = stages.write(compression.folder / "checkpoints", step, results)
    compression.journal.write(events.Checkpoint(step=step, path=str(path.relative_to(compression.folder))))


def _keep(compression: Compression, results: Stages, version: Version, stage: Component, table: compare.Table) -> None:
    """Measure what the stage made, and offer it."""
    compression.data.prepared.is_whole()
    name = stages.file_name(version.stage, stage.name, version.form)
    copyfile(version.path, results.out / name)
    results.rows.append(table.row(version, stage.name, results.rows[-1]))
    results.names.append(name)
    _publish(compression.journal, results, version.stage, name)


def _publish(journal: Journal, results: Stages, number: int, name: str) -> None:
    row = results.table()[number]
    meta = {"form": row["form"], "stage": number, "name": row["name"], "report": row}
    journal.write(events.Output(role="model", path=f"out/{name}", name=name, meta=meta))


def _refuse(compression: Compression, results: Stages, stage: CompressorSpec, error: RefusedError) -> None:
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
    compression.journal.write(events.Log(level="warning", code=error.code, message=error.message, params=error.params))
