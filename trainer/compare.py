"""The table of a compression: metric, loss, size, parameters and latency of each version, measured alike on the same rows."""

from typing import Any

import torch

from trainer import catalog, package
from trainer.compressors import Version
from trainer.data import Array
from trainer.proving import answering, latency, lossy
from trainer.rows import Rows
from trainer.spec import TrainSpec

RUNTIMES = {"torch": "PyTorch", "onnx": "ONNX Runtime"}


class Table:
    """Measures versions of one model on the test part, always with the same number of threads, on the processor."""

    def __init__(self, data: Rows, threads: int, original: Version) -> None:
        self._data = data
        self._threads = threads
        self._truth = data.targets[data.parts.test]
        self._answers = self._answer(original)

    def _answer(self, version: Version) -> Array:
        run = answering.model(version.path, version.form, self._threads)
        return answering.answers(run, self._data, self._data.parts.test)

    def row(self, version: Version, name: str, before: dict[str, Any] | None = None) -> dict[str, Any]:
        """One line: ``change`` compares with the original; what the stage itself noted is added."""
        answers = self._answer(version)
        change = lossy.compare(self._answers, answers, self._truth)
        run = answering.model(version.path, version.form, self._threads)
        sample = answering.raw(self._data, self._data.parts.test[: max(latency.BATCHES)])
        row: dict[str, Any] = {
            "stage": version.stage, "name": name, "form": version.form, "status": "done", "runtime": RUNTIMES[version.form],
            "metric": {"name": change.metric, "value": change.after}, "loss": self._loss(version, answers),
            "size": version.path.stat().st_size, "parameters": _parameters(version, before), "threads": self._threads,
            "latency_ms": latency.measure(run, sample), **version.notes}
        return row if before is None else {**row, "change": change.report()}

    def _loss(self, version: Version, answers: Array) -> float:
        """The mean loss over the test rows by the loss that trained the model; of a number, in units of its variance."""
        config = version.config
        recipe = config.recipe or TrainSpec(task=config.task)
        loss = recipe.resolved(self._data.prepared.summary).loss
        assert loss is not None
        outputs, targets = torch.from_numpy(answers), torch.from_numpy(self._truth)
        if config.target == "number":
            outputs, targets = (outputs - config.mean) / config.scale, (targets - config.mean) / config.scale
        mean: float = catalog.build("losses", loss)(outputs, targets).double().mean().item()
        return mean


def _parameters(version: Version, before: dict[str, Any] | None) -> int:
    """How many numbers training found. Another number format changes their size and not their count."""
    if version.form != "torch":
        assert before is not None
        return int(before["parameters"])
    model = package.module(version.config)
    return sum(parameter.numel() for parameter in model.network.parameters())
