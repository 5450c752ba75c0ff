"""Two classes, told by two logits."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor
from trainer.tasks.above_median import Target as OwnTarget  # type: ignore[import-not-found]

from trainer.data.prepared import Array, Indices, Prepared
from trainer.proving import lossy
from trainer.proving.lossy import MetricChange
from trainer.report import Block, Heading, Scalar
from trainer.task import Encoded, LossOf, Mistakes, Target


def encode(spec: Any, prepared: Prepared) -> Encoded:
    numbers = np.asarray(prepared.array("numbers")[:, 0])
    return Encoded(values=(numbers > np.median(numbers)).astype(np.int64), is_present=np.isfinite(numbers))


def describe(spec: Any, encoded: Encoded, train: Indices) -> Target:
    target: Target = OwnTarget(name=spec.target, median=float(encoded.values[train].mean()))
    return target


class AboveMedian:
    outputs, sum_count, postprocess, tolerance_floor = 2, 1, None, 1.0
    measures, decision_type = ("hits",), np.dtype("int64")

    def __init__(self, target: Target) -> None:
        self.target = target

    def losses(self, outputs: Tensor, targets: Tensor, loss_of: LossOf) -> Tensor:
        return loss_of(outputs, targets)

    losses_of_answers = losses

    def sums(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return (outputs.argmax(1, keepdim=True) == targets[:, None]).to(outputs.dtype)

    def scores(self, sums: Sequence[float], rows: float) -> tuple[float]:
        return (sums[0] / rows,)

    def rank(self, scores: Mapping[str, float]) -> list[float]:
        return [scores["hits"], -scores["loss"]]

    def best_epoch(self, scores: Mapping[str, float]) -> tuple[str, dict[str, str]]:
        return "Epoch %(epoch)d tells %(hits)s of the rows.", {"hits": f"{scores['hits']:.2f}"}

    def decide(self, answers: Array) -> Array:
        classes: Array = answers.argmax(1)
        return classes

    def severity(self, answers: Array, truth: Array) -> Array:
        wrong: Array = np.where(answers.argmax(1) == truth, 0.0, np.abs(answers[:, 1] - answers[:, 0]))
        return wrong

    def mistakes(self, decisions: Array, truth: Array, severity: Array, mean: float) -> Mistakes:
        return Mistakes(
            message="%(count)s of %(rows)s rows are on the other side.",
            headings=(Heading(label="Above", is_message=True, unit=None),),
            cells=[("yes" if above else "no",) for above in truth],
        )

    def report(self, decisions: Array, truth: Array) -> tuple[Scalar, Sequence[Scalar], Sequence[Block]]:
        hits = float((decisions == truth).mean())
        return Scalar(name="test/hits", label="Rows told rightly", value=hits, unit="share", better="higher"), [], []

    def compare(self, before: Array, after: Array, truth: Array) -> MetricChange:
        return lossy.of_hits(
            "hits", "Rows told rightly", before == truth, after == truth, float((before == after).mean())
        )

    def output(self) -> dict[str, Any]:
        return {"name": "logits", "dtype": "float32", "shape": ["batch", 2], "target": self.target.name}

    def facts(self) -> Sequence[tuple[str, Sequence[str]]]:
        return []
