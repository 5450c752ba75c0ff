"""The table of a compression: metric, loss, size, parameters and latency of each version, measured alike on
the same rows.
"""

from typing import Any

import numpy as np
import torch

from trainer import catalog
from trainer.compressors import Version
from trainer.data.prepared import Array
from trainer.data.rows import Rows
from trainer.packaging import package
from trainer.proving import answering, latency
from trainer.task import LossOf

RUNTIMES = {"torch": "PyTorch", "onnx": "ONNX Runtime"}


class Table:
    """Measures versions of one model on the test part, always with the same number of threads, on the processor."""

    def __init__(self, data: Rows, threads: int, original: Version) -> None:
        self._data = data
        self._threads = threads
        self._original = original
        self._judged = self._judge(original)

    def _judge(self, version: Version) -> tuple[Array, float]:
        """What the version decides on the test rows, and its mean loss there by the loss that trained it. Memory holds
        the answers of some rows at a time.
        """
        run, loss_of = answering.model(version.path, version.form, self._threads), self._loss_of(version)
        decided, total, part, task = list[Array](), 0.0, self._data.parts.test, self._data.task
        for piece in self._data.pieces(part, answering.PIECE):
            answer = run(answering.raw(self._data, piece))
            decided.append(task.decide(answer))
            losses = task.losses_of_answers(torch.from_numpy(answer), self._data.targets_of(piece), loss_of)
            total += losses.double().sum().item()
        return np.concatenate(decided), total / len(part)

    def row(self, version: Version, name: str, before: dict[str, Any] | None = None) -> dict[str, Any]:
        """One line: ``change`` compares with the original; what the stage itself noted is added."""
        decided, loss = self._judged if version is self._original else self._judge(version)
        truth = self._data.targets[self._data.parts.test]
        change = self._data.task.compare(self._judged[0], decided, truth)
        headline, _, _ = self._data.task.report(decided, truth)
        run = answering.model(version.path, version.form, self._threads)
        sample = answering.raw(self._data, self._data.parts.test[: max(latency.BATCHES)])
        row: dict[str, Any] = {
            "stage": version.stage,
            "name": name,
            "form": version.form,
            "status": "done",
            "runtime": RUNTIMES[version.form],
            "metric": {
                "name": change.metric,
                "label": change.label,
                "value": change.after,
                "unit": change.unit,
                "note": headline.note,
            },
            "loss": loss,
            "size": version.path.stat().st_size,
            "parameters": _parameters(version, before),
            "threads": self._threads,
            "latency_ms": latency.measure(run, sample),
            **version.notes,
        }
        return row if before is None else {**row, "change": change.report()}

    def _loss_of(self, version: Version) -> LossOf:
        built: LossOf = catalog.build("losses", version.config.recipe.loss, version.config.target)
        return built


def _parameters(version: Version, before: dict[str, Any] | None) -> int:
    """How many numbers training found. Another number format changes their size and not their count."""
    if version.form != "torch":
        assert before is not None
        return int(before["parameters"])
    model = package.module(version.config)
    return sum(parameter.numel() for parameter in model.network.parameters())
