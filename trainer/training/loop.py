"""Training, to be read from top to bottom: plain functions in a fixed order, no hooks."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from trainer import catalog
from trainer.attempt import events
from trainer.attempt.control import Control
from trainer.attempt.job import GO_ON, PAUSE, STOP, YIELD
from trainer.data.prepared import Indices
from trainer.data.variation import Variation
from trainer.schedules import Scheduler
from trainer.specs.train import TrainSpec
from trainer.training import checkpoint, dropout
from trainer.training.checkpoint import Progress, Saved
from trainer.training.deferred import Deferred
from trainer.training.device import to_device
from trainer.training.parallel import Gradients
from trainer.training.recorder import Recorder
from trainer.training.scoring import validate
from trainer.training.setting import Setting

SUMS = 3  # numbers of a step before the task's sums: the command, the loss, the weight
CHECKPOINT = 8  # added to a command: write a checkpoint at the end of this step
LAST_SECONDS = 1.0  # of training since the last checkpoint that make one behind the last step worth its time

Outcome = Literal["succeeded", "stopped", "paused"]


@dataclass(frozen=True)
class Fitted:
    """How fitting ended. Unless it was paused, the model holds the weights of the best epoch."""

    outcome: Outcome
    code: str
    progress: Progress


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
        share = ranks.share(batch)
        variation = Variation(spec.augmentation, spec.seed, epoch)
        inputs, targets = to_device(data, share if len(share) else batch[:1], ranks, setting.dtype, variation)
        gradients.clear()
        outputs = model.network(model.encode(inputs))
        loss = task.losses(outputs, targets, setting.loss_of)[: len(share)].sum()

        # What all ranks must know of this step travels with the gradients: rank 0's command, the loss, the weight by
        # which sums become means, and the task's sums. It stands in the first bucket, which backward may send.
        gradients.numbers[0] = (
            _command(control, spec, saved_at, folder, last=progress.step + 1 == total_steps)
            if ranks.first and data.prepared.is_whole(wait=False)
            else GO_ON
        )
        gradients.numbers[1] = loss.detach()
        gradients.numbers[2] = len(share)
        gradients.numbers[SUMS:] = task.sums(outputs.detach(), targets)[: len(share)].sum(0)
        gradients.backward(loss, gradients.numbers[2])
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
            schedule.observe(validate(setting, progress, epoch + 1))
        if folder and (due or command):
            progress.seconds = time.monotonic() - began
            random = checkpoint.random_state(ranks)
            if ranks.first:
                _save(folder, setting, progress, optimizer, schedule, random)
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


def _save(
    folder: Path,
    setting: Setting,
    progress: Progress,
    optimizer: torch.optim.Optimizer,
    schedule: Scheduler,
    random: list[Tensor],
) -> None:
    """Points first, then the checkpoint, then the event that offers it: whatever is cut off, what is
    offered is whole.
    """
    setting.journal.sync()
    checkpoints = folder / "checkpoints"
    checkpoints.mkdir(exist_ok=True)
    path = checkpoint.write(
        checkpoints, progress, setting.model, setting.data.blocks_as_json(), optimizer, schedule, random
    )
    setting.journal.write(events.Checkpoint(step=progress.step, path=str(path.relative_to(folder))))
    checkpoint.prune(checkpoints)
