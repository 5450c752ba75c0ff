"""The model on rows that it is not trained on, each rank with its share of them."""

import math

import torch
from torch import Tensor

from trainer.attempt import events
from trainer.data.prepared import Indices
from trainer.training.checkpoint import Progress
from trainer.training.device import to_device
from trainer.training.setting import Setting

EVALUATION_ROWS = 512


def validate(setting: Setting, progress: Progress, epoch: int) -> float:
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
    for batch in data.pieces(data.by_length(ranks.share(part)), EVALUATION_ROWS):
        inputs, targets = to_device(data, batch, ranks, setting.dtype)
        outputs = model.network(model.encode(inputs))
        totals[0] += data.task.losses(outputs, targets, setting.loss_of).sum().double()
        totals[1:] += data.task.sums(outputs, targets).sum(0).double()
    model.train()
    sums: list[float] = ranks.sum(totals).tolist()
    return sums


@torch.no_grad()
def predict(setting: Setting, part: Indices) -> Tensor:
    """What the model decides on the raw rows of ``part``, and behind it how wrong that is, and its loss: float64
    [N, … + 2] on every rank's host. Memory holds the answers for some rows at a time.
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
    values = answers.cpu().numpy()
    decisions = torch.from_numpy(task.decide(values)).double()
    severity = torch.from_numpy(task.severity(values, setting.data.targets[piece])).double()
    return torch.cat([decisions.reshape(len(piece), -1), severity[:, None], losses[:, None]], 1)
