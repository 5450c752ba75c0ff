"""Training, to be read from top to bottom: plain functions in a fixed order, no hooks."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from trainer import catalog
from trainer.attempt import events
from trainer.attempt.control import Control
from trainer.attempt.job import GO_ON, PAUSE, STOP, YIELD, Job
from trainer.attempt.journal import Journal
from trainer.data import rows
from trainer.data.prepared import Prepared
from trainer.data.rows import Rows
from trainer.data.split import Indices
from trainer.data.variation import Variation
from trainer.packaging import package
from trainer.packaging.package import ModelConfig
from trainer.packaging.preprocessing import RawModel
from trainer.report import Report, Scalar
from trainer.schedules import Scheduler
from trainer.sentences import gettext_noop as _
from trainer.specs.train import TrainSpec
from trainer.task import LossOf
from trainer.training import checkpoint, dropout, parallel
from trainer.training.checkpoint import Progress, Saved
from trainer.training.deferred import Deferred
from trainer.training.parallel import Gradients, Ranks
from trainer.training.recorder import Recorder

SUMS = 3  # numbers of a step before the task's sums: the command, the loss, the weight
CHECKPOINT = 8  # added to a command: write a checkpoint at the end of this step
LAST_SECONDS = 1.0  # of training since the last checkpoint that make one behind the last step worth its time
EVALUATION_ROWS = 512
DTYPES = {"float32": torch.float32, "float64": torch.float64}

Outcome = Literal["succeeded", "stopped", "paused"]


@dataclass(frozen=True)
class Setting:
    """What is trained, by what, on what, by whom, and where it is told."""

    spec: TrainSpec
    model: RawModel
    data: Rows
    ranks: Ranks
    journal: Journal

    @property
    def dtype(self) -> torch.dtype:
        """Of weights and data."""
        return DTYPES[self.spec.precision]

    @cached_property
    def loss_of(self) -> LossOf:
        built: LossOf = catalog.build("losses", self.spec.loss, self.data.task.target)
        return built


@dataclass(frozen=True)
class Fitted:
    """How fitting ended. Unless it was paused, the model holds the weights of the best epoch."""

    outcome: Outcome
    code: str
    progress: Progress


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

    with prepared.checking(sha256, beside=ranks.first):
        data = rows.read(spec, prepared)
        _say_what_is_trained_on(journal, data)
        ranks.seed(spec.seed)
        config = rows.configure(spec, data, sha256)
        setting = Setting(spec, package.module(config), data, ranks, journal)
        fitted = fit(setting, control=Control(folder if ranks.first else None), folder=folder, resume=saved)
        if fitted.outcome == "paused":
            return events.Ended(outcome="paused", code=fitted.code, step=fitted.progress.step)
        report = judge(setting, fitted)

    if ranks.first:
        publish(folder, journal, config, setting.model, report)
    return events.Ended(outcome=fitted.outcome, step=fitted.progress.step)


def fit(
    setting: Setting, *, control: Control | None = None, folder: Path | None = None, resume: Saved | None = None
) -> Fitted:
    """Train the model by the spec; it ends with the weights of the best epoch.

    Without ``folder`` nothing is checkpointed, without ``control`` nobody steers; so an already built model can be
    tuned in one process. Raises TrainerError when the loss is not finite and the spec says to stop.
    """
    spec, model, data, ranks, journal = setting.spec, setting.model, setting.data, setting.ranks, setting.journal
    control = control or Control(None)
    model.to(device=ranks.device, dtype=setting.dtype)
    if ranks.device.type == "cpu":
        _lay_out(model, torch.channels_last)
        dropout.quicken(model)
    named = [(name, parameter) for name, parameter in model.network.named_parameters() if parameter.requires_grad]
    batches = data.batches(spec.batch_size, spec.seed)
    total_steps = batches.per_epoch * spec.epochs
    task = data.task
    optimizer: torch.optim.Optimizer = catalog.build("optimizers", spec.optimizer, named)
    schedule = Scheduler(spec.schedule, optimizer, total_steps)
    gradients = Gradients(ranks, [parameter for _, parameter in named], SUMS + task.sum_count)
    deferred = Deferred(lag=1 if ranks.device.type == "cuda" and spec.nonfinite != "skip" else 0)

    # Each rank draws its own random numbers from here on; the weights above were drawn alike by all.
    ranks.seed(spec.seed + 7919 * (ranks.rank + 1))
    progress = Progress()
    if resume:
        progress = checkpoint.restore(resume, ranks, model, optimizer, schedule)
    journal.write(
        events.Started(
            step=progress.step, total_steps=total_steps, steps_per_epoch=batches.per_epoch, placement=ranks.placement
        )
    )
    recorder = Recorder(journal, task, spec.nonfinite)
    began = time.monotonic() - progress.seconds
    saved_at = time.monotonic()
    epoch_batches: Sequence[Indices] = ()
    command = GO_ON

    model.train()
    while progress.step < total_steps and command == GO_ON:
        epoch, position = divmod(progress.step, batches.per_epoch)
        if position == 0 or not epoch_batches:
            epoch_batches = batches.of(epoch)
        batch = epoch_batches[position]

        # Rows of this rank. A rank that the last batch leaves without a row computes one and counts none of it.
        mine = ranks.share(batch)
        variation = Variation(spec.augmentation, spec.seed, epoch)
        inputs, targets = to_device(data, mine if len(mine) else batch[:1], ranks, setting.dtype, variation)
        gradients.clear()
        outputs = model.network(model.encode(inputs))
        loss = task.losses(outputs, targets, setting.loss_of)[: len(mine)].sum()

        # What all ranks must know of this step travels with the gradients: rank 0's command, the loss, the weight by
        # which sums become means, and the task's sums. It stands in the first bucket, which backward may send.
        gradients.numbers[0] = (
            _command(control, spec, saved_at, folder, last=progress.step + 1 == total_steps)
            if ranks.first and data.prepared.is_whole(wait=False)
            else GO_ON
        )
        gradients.numbers[1] = loss.detach()
        gradients.numbers[2] = len(mine)
        gradients.numbers[SUMS:] = task.sums(outputs.detach(), targets)[: len(mine)].sum(0)
        torch.autograd.backward(loss)
        gradients.combine()
        gradients.divide(gradients.numbers[2])

        learning_rate = optimizer.param_groups[0]["lr"]
        steps = deferred.put(progress.step + 1, len(batch), learning_rate, gradients.numbers)
        command = recorder.record(steps)
        if recorder.finite or spec.nonfinite == "continue":
            optimizer.step()
        schedule.step()
        progress.step += 1

        last_of_epoch = position == batches.per_epoch - 1
        commands = [command]
        if last_of_epoch or command:
            commands.append(recorder.record(deferred.flush()))
        due = any(each & CHECKPOINT for each in commands)
        command = max(each & ~CHECKPOINT for each in commands)
        if last_of_epoch or (command == STOP and progress.step < total_steps):
            schedule.observe(_validate(setting, progress, epoch + 1))
        if folder and (due or command):
            progress.seconds = time.monotonic() - began
            random = checkpoint.random_state(ranks)
            if ranks.first:
                save(folder, journal, progress, model, optimizer, schedule, random)
            saved_at = time.monotonic()

    progress.seconds = time.monotonic() - began
    recorder.say_what_was_skipped()
    if command in (PAUSE, YIELD) and progress.step < total_steps:
        return Fitted("paused", "yielded" if command == YIELD else "", progress)
    model.load_state_dict(progress.best_state)
    _lay_out(model, torch.contiguous_format)
    return Fitted("stopped" if command == STOP and progress.step < total_steps else "succeeded", "", progress)


def _lay_out(model: nn.Module, layout: torch.memory_format) -> None:
    """Lay out the weights of convolutions. A processor convolves and pools faster with a pixel's channels
    side by side.
    """
    move: Any = model.to  # torch's stub leaves ``memory_format`` out
    move(memory_format=layout)


def _command(control: Control, spec: TrainSpec, saved_at: float, folder: Path | None, last: bool) -> int:
    """What rank 0 tells the others with a step, once the data are known to be whole: nothing is kept before that which
    damaged ones may have taught, and so nobody leaves. The evaluation behind the last step may take long: who is
    restarted meanwhile has no step to repeat that took a second.
    """
    seconds = min(spec.checkpoint_seconds, LAST_SECONDS) if last else spec.checkpoint_seconds
    due = folder is not None and time.monotonic() - saved_at >= seconds
    return control.read() | (CHECKPOINT if due else 0)


def to_device(
    data: Rows, batch: Indices, ranks: Ranks, dtype: torch.dtype, variation: Variation | None = None
) -> tuple[dict[str, Tensor], Tensor]:
    """The raw values by block as the model takes them, bytes of pictures as ``dtype`` too; and the targets."""
    inputs, targets = data.batch(batch, dtype, variation), data.targets_of(batch)
    if ranks.device.type == "cuda":
        inputs = {name: values.pin_memory().to(ranks.device, non_blocking=True) for name, values in inputs.items()}
        targets = targets.pin_memory().to(ranks.device, non_blocking=True)
    return {
        name: values.to(dtype) if values.dtype == torch.uint8 else values for name, values in inputs.items()
    }, targets


def _validate(setting: Setting, progress: Progress, epoch: int) -> float:
    """Score the validation rows, log the scores, and keep the weights when they are the best so far; their loss."""
    task, journal, part = setting.data.task, setting.journal, setting.data.parts.validation
    rows_scored = len(part)
    loss, *sums = _sums(setting, part)
    scores = {"loss": loss / rows_scored, **dict(zip(task.measures, task.scores(sums, rows_scored), strict=True))}
    journal.log(progress.step, {**{f"validation/{key}": value for key, value in scores.items()}, "epoch": float(epoch)})
    rank = task.rank(scores)
    comparable = math.isfinite(progress.best_scores.get("loss", math.nan))  # nothing is ever better than a loss of NaN
    if not comparable or (math.isfinite(scores["loss"]) and rank > progress.best):
        progress.best, progress.best_epoch, progress.best_scores = rank, epoch, scores
        progress.best_state = {key: value.clone() for key, value in setting.model.state_dict().items()}
        message, params = task.best_epoch(scores)
        journal.write(events.Log(message=message, params={"epoch": epoch, **params}))
    return scores["loss"]


@torch.no_grad()
def _sums(setting: Setting, part: Indices) -> list[float]:
    """The loss and the task's sums over the rows of ``part``, each rank scoring its share."""
    model, data, ranks = setting.model, setting.data, setting.ranks
    model.eval()
    totals = torch.zeros(1 + data.task.sum_count, dtype=torch.float64, device=ranks.device)
    for batch in data.pieces(ranks.share(part), EVALUATION_ROWS):
        inputs, targets = to_device(data, batch, ranks, setting.dtype)
        outputs = model.network(model.encode(inputs))
        totals[0] += data.task.losses(outputs, targets, setting.loss_of).sum().double()
        totals[1:] += data.task.sums(outputs, targets).sum(0).double()
    model.train()
    sums: list[float] = ranks.sum(totals).tolist()
    return sums


def save(
    folder: Path,
    journal: Journal,
    progress: Progress,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    schedule: Scheduler,
    random: list[Tensor],
) -> None:
    """Points first, then the checkpoint, then the event that offers it: whatever is cut off, what is
    offered is whole.
    """
    journal.sync()
    checkpoints = folder / "checkpoints"
    checkpoints.mkdir(exist_ok=True)
    path = checkpoint.write(checkpoints, progress, model, optimizer, schedule, random)
    journal.write(events.Checkpoint(step=progress.step, path=str(path.relative_to(folder))))
    checkpoint.prune(checkpoints)


@torch.no_grad()
def predict(setting: Setting, part: Indices) -> Tensor:
    """What the model decides on the raw rows of ``part``, and behind it the loss of each: float64 [N, … + 1] on every
    rank's host. Memory holds the answers for some rows at a time.
    """
    ranks = setting.ranks
    setting.model.eval()
    shares = [len(part) * (rank + 1) // ranks.count - len(part) * rank // ranks.count for rank in range(ranks.count)]
    decisions = [_decided(setting, piece) for piece in setting.data.pieces(ranks.share(part), EVALUATION_ROWS)]
    if not decisions:  # a rank without a row still has to know the shape of what is decided
        decisions.append(_decided(setting, part[:1])[:0])
    return torch.cat(ranks.gather(torch.cat(decisions), shares))


def _decided(setting: Setting, piece: Indices) -> Tensor:
    task = setting.data.task
    inputs, targets = to_device(setting.data, piece, setting.ranks, torch.float32)
    answers = setting.model(inputs)
    losses = task.losses_of_answers(answers, targets, setting.loss_of).double().cpu()
    decisions = torch.from_numpy(task.decide(answers.cpu().numpy())).double()
    return torch.cat([decisions.reshape(len(piece), -1), losses[:, None]], 1)


def judge(setting: Setting, fitted: Fitted) -> Report:
    """The report. The test rows are read here, once, by the model as it is published (float32)."""
    spec, model, data = setting.spec, setting.model.float(), setting.data
    part, task, progress = data.parts.test, data.task, fitted.progress
    judged = predict(setting, part).numpy()
    truth = data.targets[part]
    decisions = judged[:, :-1].reshape(truth.shape).astype(task.decision_type)
    headline, scalars, blocks = task.report(decisions, truth)
    validation = [
        Scalar(name=f"validation/{name}", label="", value=value, shown=False)
        for name, value in progress.best_scores.items()
    ]
    parameters = sum(parameter.numel() for parameter in model.network.parameters())
    return Report(
        headline=headline.name,
        blocks=tuple(blocks),
        scalars=(
            headline,
            *scalars,
            Scalar(
                name="test/loss", label=_("Test loss"), value=float(judged[:, -1].mean()), better="lower", shown=False
            ),
            Scalar(name="test/rows", label=_("Test rows"), value=len(part)),
            *_padding(spec, data),
            *(Scalar(name=name, label=label, value=count) for (name, label), count in data.cleaned.items()),
            Scalar(name="best_epoch", label=_("Best epoch"), value=progress.best_epoch, of=spec.epochs),
            Scalar(name="parameters", label=_("Parameters"), value=parameters),
            Scalar(name="seconds", label=_("Training time"), value=progress.seconds, unit="seconds"),
            *validation,
        ),
    )


def _padding(spec: TrainSpec, data: Rows) -> list[Scalar]:
    useful = data.batches(spec.batch_size, spec.seed).useful()
    label = _("Values in batches that are no padding")
    return [] if useful is None else [Scalar(name="useful", label=label, value=useful, unit="share", better="higher")]


def publish(folder: Path, journal: Journal, config: ModelConfig, model: RawModel, report: Report) -> None:
    """Write the model file and say so."""
    (folder / "out").mkdir(exist_ok=True)
    package.save(folder / "out" / "model.safetensors", config, model)
    journal.write(
        events.Output(role="model", path="out/model.safetensors", name="model.safetensors", meta={"form": "torch"})
    )
    journal.write(events.Result(report=report.model_dump(mode="json")))


def _say_what_is_trained_on(journal: Journal, data: Rows) -> None:
    for effect in data.effects:
        journal.write(events.Log(message=effect.message, params={"count": effect.count, **effect.params}))
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
