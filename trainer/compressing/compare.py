"""The table of a compression: metric, loss, size, parameters and latency of each version, measured alike on
the same rows.
"""

from dataclasses import dataclass

import numpy as np
import torch

from trainer import catalog
from trainer.compressing.stage_rows import Latency, Measured, Metric, Refused
from trainer.compressors import Version
from trainer.data.prepared import Array
from trainer.data.rows import Rows
from trainer.packaging import package
from trainer.proving import answering, latency
from trainer.proving.lossy import MetricChange
from trainer.report import Samples
from trainer.sentences import gettext_noop as _
from trainer.task import LossOf
from trainer.training import worst_rows

RUNTIMES = {"torch": "PyTorch", "onnx": "ONNX Runtime"}


@dataclass(frozen=True)
class _Judgement:
    """What a stage's version decides on the test rows [N, …], how wrong that is [N], and its mean loss there by the
    loss that trained it."""

    stage: int
    decisions: Array
    severity: Array
    loss: float


class Table:
    """Measures versions of one model on the test part, always with the same number of threads, on the processor."""

    def __init__(self, data: Rows, threads: int, original: Version) -> None:
        self._data = data
        self._threads = threads
        self._original = original
        self._judgement = self._newest = self._judge(original)

    def _judge(self, version: Version) -> "_Judgement":
        """Of the version on the test rows. Memory holds the answers of some rows at a time."""
        run, loss_of = answering.model(version.path, version.form, self._threads), self._loss_of(version)
        decisions, severity, total = list[Array](), list[Array](), 0.0
        part, task = self._data.parts.test, self._data.task
        for piece in self._data.pieces(part, answering.PIECE):
            answer = run(answering.raw(self._data, piece))
            decisions.append(task.decide(answer))
            severity.append(task.severity(answer, self._data.targets[piece]))
            losses = task.losses_of_answers(torch.from_numpy(answer), self._data.targets_of(piece), loss_of)
            total += losses.double().sum().item()
        return _Judgement(version.stage, np.concatenate(decisions), np.concatenate(severity), total / len(part))

    def worst_rows(self, version: Version) -> Samples:
        """The test rows that the version answers worst."""
        judgement = self._newest if self._newest.stage == version.stage else self._judge(version)
        block = worst_rows.samples(self._data, self._data.parts.test, judgement.decisions, judgement.severity)
        return block.model_copy(update={"title": _("Worst mistakes of the last version")})

    def row(self, version: Version, name: str, before: Measured | Refused | None = None) -> Measured:
        """One line: ``change`` compares with the original, where ``before`` stands another line."""
        self._newest = self._judgement if version is self._original else self._judge(version)
        decisions = self._newest.decisions
        change = self._data.task.compare(self._judgement.decisions, decisions, self._truth)
        return Measured(
            stage=version.stage,
            name=name,
            form=version.form,
            runtime=RUNTIMES[version.form],
            metric=self._metric(change, decisions),
            loss=self._newest.loss,
            size=version.path.stat().st_size,
            parameters=_parameters(version, before),
            threads=self._threads,
            latency_ms=self._latency(version),
            change=None if before is None else change,
            cost=version.cost,
            float_latency_ms=version.float_latency_ms,
        )

    @property
    def _truth(self) -> Array:
        return self._data.targets[self._data.parts.test]

    def _metric(self, change: MetricChange, decisions: Array) -> Metric:
        headline, _, _ = self._data.task.report(decisions, self._truth)
        return Metric(name=change.metric, label=change.label, value=change.after, unit=change.unit, note=headline.note)

    def _latency(self, version: Version) -> Latency:
        run = answering.model(version.path, version.form, self._threads)
        return latency.measure(run, answering.raw(self._data, self._data.parts.test[: max(latency.BATCHES)]))

    def _loss_of(self, version: Version) -> LossOf:
        loss_of: LossOf = catalog.build("losses", version.config.recipe.loss, version.config.target)
        return loss_of


def _parameters(version: Version, before: Measured | Refused | None) -> int:
    """How many numbers training learned. Another number format changes their size and not their count."""
    if version.form != "torch":
        assert isinstance(before, Measured)
        return before.parameters
    model = package.module(version.config)
    return sum(parameter.numel() for parameter in model.network.parameters())
