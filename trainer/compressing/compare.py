"""The table of a compression: metric, loss, size, parameters and latency of each version, measured alike on
the same rows.
"""

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
from trainer.task import LossOf

RUNTIMES = {"torch": "PyTorch", "onnx": "ONNX Runtime"}


class Table:
    """Measures versions of one model on the test part, always with the same number of threads, on the processor."""

    def __init__(self, data: Rows, threads: int, original: Version) -> None:
        self._data = data
        self._threads = threads
        self._original = original
        self._judgement = self._judge(original)

    def _judge(self, version: Version) -> tuple[Array, float]:
        """What the version decides on the test rows, and its mean loss there by the loss that trained it. Memory holds
        the answers of some rows at a time.
        """
        run, loss_of = answering.model(version.path, version.form, self._threads), self._loss_of(version)
        decisions, total, part, task = list[Array](), 0.0, self._data.parts.test, self._data.task
        for piece in self._data.pieces(part, answering.PIECE):
            answer = run(answering.raw(self._data, piece))
            decisions.append(task.decide(answer))
            losses = task.losses_of_answers(torch.from_numpy(answer), self._data.targets_of(piece), loss_of)
            total += losses.double().sum().item()
        return np.concatenate(decisions), total / len(part)

    def row(self, version: Version, name: str, before: Measured | Refused | None = None) -> Measured:
        """One line: ``change`` compares with the original, where ``before`` stands another line."""
        decisions, loss = self._judgement if version is self._original else self._judge(version)
        change = self._data.task.compare(self._judgement[0], decisions, self._truth)
        return Measured(
            stage=version.stage,
            name=name,
            form=version.form,
            runtime=RUNTIMES[version.form],
            metric=self._metric(change, decisions),
            loss=loss,
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
