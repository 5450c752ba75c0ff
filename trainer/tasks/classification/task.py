"""Classes: encoded as int64 [N], answered by logits [B, K]."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from trainer import columns
from trainer.data import inputs
from trainer.data.prepared import Array, Indices, Prepared
from trainer.logits import LogitsTask
from trainer.numerals import rounded
from trainer.proving import lossy
from trainer.proving.lossy import MetricChange
from trainer.report import Block, Heading, Scalar
from trainer.sentences import gettext_noop as _
from trainer.task import Encoded, LossOf, Mistakes
from trainer.tasks.classification import Spec, Target, scores


def encode(spec: Spec, prepared: Prepared) -> Encoded:
    column = inputs.target_column(spec.target, prepared.summary)
    codes, classes = columns.module_of(column, "values").targets(column, prepared, Spec.encoding)
    return Encoded(values=codes, is_present=codes >= 0, strata=codes, classes=classes)


def describe(spec: Spec, encoded: Encoded, train: Indices) -> Target:
    counts = np.bincount(encoded.values[train], minlength=len(encoded.classes)).tolist()
    return Target(name=spec.target, classes=encoded.classes, counts=tuple(counts))


class Classification(LogitsTask):
    sum_count = 1
    measures = ("accuracy",)

    def __init__(self, target: Target) -> None:
        self.target = target
        self.outputs = len(target.classes)

    def losses(self, outputs: Tensor, targets: Tensor, loss_of: LossOf) -> Tensor:
        return loss_of(outputs, targets)

    def sums(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """One where the most likely class is the right one."""
        return (outputs.argmax(1, keepdim=True) == targets[:, None]).to(outputs.dtype)

    def scores(self, sums: Sequence[float], rows: float) -> tuple[float]:
        return (sums[0] / rows,)

    def rank(self, scores: Mapping[str, float]) -> list[float]:
        return [scores["accuracy"], -scores["loss"]]

    def best_epoch(self, scores: Mapping[str, float]) -> tuple[str, dict[str, str]]:
        return (
            _("Epoch %(epoch)d is the best so far: validation accuracy %(accuracy)s %%, loss %(loss)s."),
            {"accuracy": f"{100 * scores['accuracy']:.1f}", "loss": f"{scores['loss']:.3g}"},
        )

    def decide(self, answers: Array) -> Array:
        """The most likely class, int64 [N]."""
        classes: Array = answers.argmax(1)
        return classes

    def severity(self, answers: Array, truth: Array) -> Array:
        """The probability of a wrong class, the softmax's largest."""
        severity, wrong = np.zeros(len(answers)), answers.argmax(1) != truth
        logits = answers[wrong]  # a copy, changed in place: there may be thousands of classes
        with np.errstate(invalid="ignore"):
            logits -= logits.max(1, keepdims=True)
        weights = np.exp(logits, out=logits).sum(1, dtype=np.float64)
        severity[wrong] = np.where(np.isfinite(weights), 1 / weights, np.inf)
        return severity

    def mistakes(self, decisions: Array, truth: Array, severity: Array, mean: float) -> Mistakes:
        names = self.target.classes
        return Mistakes(
            message=_("%(count)s of %(rows)s test rows are answered wrongly; of these answers the model is surest."),
            headings=(
                Heading(label=_("Truth"), unit=None),
                Heading(label=_("Answer"), unit=None),
                Heading(label=_("Probability of the answer"), unit="share"),
            ),
            cells=[
                (names[right], names[answer], rounded(share) if np.isfinite(share) else np.nan)
                for right, answer, share in zip(truth.tolist(), decisions.tolist(), severity.tolist(), strict=True)
            ],
        )

    def report(self, decisions: Array, truth: Array) -> tuple[Scalar, Sequence[Scalar], Sequence[Block]]:
        return scores.report(decisions, truth, self.target.classes, int(np.argmax(self.target.counts)))

    def compare(self, before: Array, after: Array, truth: Array) -> MetricChange:
        return lossy.of_hits(
            "accuracy", _("Accuracy"), before == truth, after == truth, float((before == after).mean())
        )

    def output(self) -> dict[str, Any]:
        return {
            "name": "logits",
            "dtype": "float32",
            "shape": ["batch", self.outputs],
            "target": self.target.name,
            "classes": list(self.target.classes),
            "meaning": "softmax gives probabilities, the largest is the answer",
        }

    def facts(self) -> Sequence[tuple[str, Sequence[str]]]:
        return [("Classes", self.target.classes)]
