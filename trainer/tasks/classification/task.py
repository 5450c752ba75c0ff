"""Classes: encoded as int64 [N], answered by logits [B, K]."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from trainer.data import Array, Prepared
from trainer.proving import lossy
from trainer.proving.lossy import Change
from trainer.report import Block, Scalar
from trainer.sentences import gettext_noop as _
from trainer.split import Indices
from trainer.summary import Column, number_names, require_classes
from trainer.task import Encoded, LossOf
from trainer.tasks.classification import Target, scores

MOST_CLASSES_NAMED = 50


def encode(column: Column, prepared: Prepared) -> Encoded:
    """Codes of categories as they are; the different numbers of a number column in ascending order."""
    values, classes = np.asarray(prepared.values(column)), column.levels
    if column.kind == "number":
        values, classes = _of_numbers(values)
    codes = values.astype(np.int64, copy=False)
    is_present = codes >= 0
    require_classes(zip(classes, np.bincount(codes[is_present], minlength=len(classes)).tolist(), strict=True))
    return Encoded(values=codes, is_present=is_present, strata=codes, classes=classes)


def _of_numbers(numbers: Array) -> tuple[Array, tuple[str, ...]]:
    is_present = np.isfinite(numbers)
    values, codes = np.unique(numbers[is_present], return_inverse=True)
    encoded = np.full(len(numbers), -1, dtype=np.int64)
    encoded[is_present] = codes
    return encoded, number_names(values.tolist())


def describe(name: str, encoded: Encoded, train: Indices) -> Target:
    counts = np.bincount(encoded.values[train], minlength=len(encoded.classes)).tolist()
    return Target(name=name, classes=encoded.classes, counts=tuple(counts))


class Classification:
    sum_count = 1
    measures = ("accuracy",)
    decision_type = np.dtype("int64")
    tolerance_floor = 1.0

    def __init__(self, target: Target) -> None:
        self.target = target
        self.outputs = len(target.classes)

    @property
    def postprocess(self) -> None:
        return None

    def losses(self, outputs: Tensor, targets: Tensor, loss_of: LossOf) -> Tensor:
        return loss_of(outputs, targets)

    losses_of_answers = losses

    def sums(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """One where the most likely class is the right one."""
        return (outputs.argmax(1, keepdim=True) == targets[:, None]).to(outputs.dtype)

    def scores(self, sums: Sequence[float], rows: float) -> tuple[float]:
        return (sums[0] / rows,)

    def rank(self, scores: Mapping[str, float]) -> list[float]:
        return [scores["accuracy"], -scores["loss"]]

    def best_epoch(self, scores: Mapping[str, float]) -> tuple[str, dict[str, str]]:
        return (_("Epoch %(epoch)d is the best so far: validation accuracy %(accuracy)s %%, loss %(loss)s."),
                {"accuracy": f"{100 * scores['accuracy']:.1f}", "loss": f"{scores['loss']:.3g}"})

    def decide(self, answers: Array) -> Array:
        """The most likely class, int64 [N]."""
        classes: Array = answers.argmax(1)
        return classes

    def report(self, decisions: Array, truth: Array) -> tuple[Scalar, Sequence[Scalar], Sequence[Block]]:
        return scores.report(decisions, truth, self.target.classes)

    def compare(self, before: Array, after: Array, truth: Array) -> Change:
        return lossy.of_hits("accuracy", _("Accuracy"), before == truth, after == truth,
                             float((before == after).mean()))

    def output(self) -> dict[str, Any]:
        return {"name": "logits", "dtype": "float32", "shape": ["batch", self.outputs], "target": self.target.name,
                "classes": list(self.target.classes), "meaning": "softmax gives probabilities, the largest is the answer"}

    def facts(self) -> Sequence[tuple[str, Sequence[str]]]:
        return [("Classes", self.target.classes)]
