"""Numbers: float64 [N] in their own unit; the network's output [B, 1] is standardised, so that learning rates mean the
same for every unit, and the answer [B] is in the unit again."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from trainer import columns
from trainer.data import inputs
from trainer.data.prepared import Array, Indices, Prepared
from trainer.data.scaling import mean_and_scale
from trainer.numerals import rounded
from trainer.proving import lossy
from trainer.proving.lossy import MetricChange
from trainer.report import Block, Heading, Scalar
from trainer.sentences import gettext_noop as _
from trainer.task import Encoded, LossOf, Mistakes
from trainer.tasks.regression import Spec, Target, scores


def encode(spec: Spec, prepared: Prepared) -> Encoded:
    column = inputs.target_column(spec.target, prepared.summary)
    numbers, _classes = columns.module_of(column, "values").targets(column, prepared, Spec.encoding)
    return Encoded(values=numbers, is_present=np.isfinite(numbers))


def describe(spec: Spec, encoded: Encoded, train: Indices) -> Target:
    mean, scale = mean_and_scale(encoded.values[train])
    return Target(name=spec.target, mean=mean, scale=scale)


class Regression:
    outputs = 1
    sum_count = 1
    measures = ("mae",)
    decision_type = np.dtype("float64")

    def __init__(self, target: Target) -> None:
        self.target = target
        self.postprocess = ("ToUnit", {"mean": target.mean, "scale": target.scale})
        self.tolerance_floor = target.scale

    def losses(self, outputs: Tensor, targets: Tensor, loss_of: LossOf) -> Tensor:
        values = outputs.squeeze(1)
        return loss_of(values, self._standardised(targets).to(values.dtype))

    def losses_of_answers(self, answers: Tensor, targets: Tensor, loss_of: LossOf) -> Tensor:
        return loss_of(self._standardised(answers), self._standardised(targets))

    def _standardised(self, values: Tensor) -> Tensor:
        return (values - self.target.mean) / self.target.scale

    def sums(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The absolute error, in the target's unit."""
        return (outputs - self._standardised(targets).to(outputs.dtype)[:, None]).abs() * self.target.scale

    def scores(self, sums: Sequence[float], rows: float) -> tuple[float]:
        return (sums[0] / rows,)

    def rank(self, scores: Mapping[str, float]) -> list[float]:
        return [-scores["loss"]]

    def best_epoch(self, scores: Mapping[str, float]) -> tuple[str, dict[str, str]]:
        return (
            _("Epoch %(epoch)d is the best so far: validation error %(mae)s, loss %(loss)s."),
            {"mae": f"{scores['mae']:.3g}", "loss": f"{scores['loss']:.3g}"},
        )

    def decide(self, answers: Array) -> Array:
        return answers

    def severity(self, answers: Array, truth: Array) -> Array:
        """The absolute error."""
        errors = np.abs(answers.astype(np.float64) - truth)
        return np.where(np.isfinite(errors), errors, np.inf)

    def mistakes(self, decisions: Array, truth: Array, severity: Array, mean: float) -> Mistakes:
        return Mistakes(
            message=_("Of %(rows)s test rows these have the largest errors."),
            headings=(
                Heading(label=_("Truth")),
                Heading(label=_("Answer")),
                Heading(label=_("Absolute error")),
                Heading(label=_("Times the mean error")),
            ),
            cells=[
                (right, rounded(answer, 6), rounded(error), rounded(error / mean, 3) if math.isfinite(mean) else None)
                for right, answer, error in zip(truth.tolist(), decisions.tolist(), severity.tolist(), strict=True)
            ],
        )

    def report(self, decisions: Array, truth: Array) -> tuple[Scalar, Sequence[Scalar], Sequence[Block]]:
        return scores.report(decisions, truth, self.target.mean)

    def compare(self, before: Array, after: Array, truth: Array) -> MetricChange:
        return lossy.of_errors("mae", _("Mean absolute error"), np.abs(before - truth), np.abs(after - truth))

    def output(self) -> dict[str, Any]:
        return {
            "name": "value",
            "dtype": "float32",
            "shape": ["batch"],
            "target": self.target.name,
            "unit": "as in the data",
        }

    def facts(self) -> Sequence[tuple[str, Sequence[str]]]:
        return []
