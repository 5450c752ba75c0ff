"""Labels: zeros and ones uint8 [N, K], answered by logits [B, K]: a label is there where its logit is above 0."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer import columns
from trainer.columns import Column
from trainer.data import inputs
from trainer.data.prepared import Array, Indices, Prepared
from trainer.logits import LogitsTask
from trainer.numerals import rounded
from trainer.proving import lossy
from trainer.proving.lossy import MetricChange
from trainer.report import Block, Heading, Scalar
from trainer.sentences import gettext_noop as _
from trainer.task import Encoded, LossOf, Mistakes
from trainer.tasks.multi_label import Spec, Target, scores

MOST_NAMED = 12  # labels of a row that was answered wrongly, in each list


def encode(spec: Spec, prepared: Prepared) -> Encoded:
    """A row without a value in one of the columns has no target. A column is one label, or has several. Raises
    TrainerError for a column whose two numbers are not zero and one."""
    labels = [inputs.target_column(name, prepared.summary) for name in spec.labels]
    parts = [columns.module_of(label, "values").targets(label, prepared, Spec.encoding) for label in labels]
    values = np.concatenate([own.reshape(len(own), -1) for own, _ in parts], axis=1)
    is_present: Array = np.all(values >= 0, axis=1)
    return Encoded(
        values=np.maximum(values, 0).astype(np.uint8),
        is_present=is_present,
        classes=tuple(
            name for label, (_, own) in zip(labels, parts, strict=True) for name in _names(label, own, labels)
        ),
    )


def _names(label: Column, own: Sequence[str], labels: Sequence[Column]) -> Sequence[str]:
    """Of the labels of one column; with its own name where another column might have the same."""
    if not own:
        return [label.name]
    return own if len(labels) == 1 else [f"{label.name}: {name}" for name in own]


def describe(spec: Spec, encoded: Encoded, train: Indices) -> Target:
    counts = encoded.values[train].sum(axis=0, dtype=np.int64).tolist()
    return Target(name=", ".join(encoded.classes), labels=encoded.classes, counts=tuple(counts), rows=len(train))


class MultiLabel(LogitsTask):
    sum_count = 3
    measures = ("f1",)

    def __init__(self, target: Target) -> None:
        self.target = target
        self.outputs = len(target.labels)

    def losses(self, outputs: Tensor, targets: Tensor, loss_of: LossOf) -> Tensor:
        return loss_of(outputs, targets.to(outputs.dtype))

    def sums(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Of each row the labels rightly told, those told too many, and those left out."""
        predicted, actual = outputs > 0, targets > 0
        return torch.stack(
            [(predicted & actual).sum(1), (predicted & ~actual).sum(1), (~predicted & actual).sum(1)], 1
        ).to(outputs.dtype)

    def scores(self, sums: Sequence[float], rows: float) -> tuple[float]:
        right, wrong, missed = sums
        return (2 * right / (2 * right + wrong + missed) if right else 0.0,)

    def rank(self, scores: Mapping[str, float]) -> list[float]:
        return [scores["f1"], -scores["loss"]]

    def best_epoch(self, scores: Mapping[str, float]) -> tuple[str, dict[str, str]]:
        return (
            _("Epoch %(epoch)d is the best so far: validation F1 %(f1)s %%, loss %(loss)s."),
            {"f1": f"{100 * scores['f1']:.1f}", "loss": f"{scores['loss']:.3g}"},
        )

    def decide(self, answers: Array) -> Array:
        """Zeros and ones int64 [N, K]."""
        return (answers > 0).astype(np.int64)

    def severity(self, answers: Array, truth: Array) -> Array:
        """The largest probability with which a label is answered wrongly: that of its presence or of its absence."""
        logits = np.abs(answers.astype(np.float64))
        shares = np.where((answers > 0) == (truth > 0), 0.0, 1 / (1 + np.exp(-logits)))
        worst: Array = np.where(np.isnan(shares), np.inf, shares).max(1)
        return worst

    def mistakes(self, decisions: Array, truth: Array, severity: Array, mean: float) -> Mistakes:
        predicted, actual = decisions > 0, truth > 0
        lists = (actual, predicted & ~actual, actual & ~predicted)
        return Mistakes(
            message=_("%(count)s of %(rows)s test rows have a wrong label; of these labels the model is surest."),
            headings=(
                Heading(label=_("Truth"), unit=None),
                Heading(label=_("Answered too many"), unit=None),
                Heading(label=_("Left out"), unit=None),
                Heading(label=_("Probability of the worst"), unit="share"),
            ),
            cells=[
                (*(self._named(labels[row]) for labels in lists), rounded(share) if np.isfinite(share) else np.nan)
                for row, share in enumerate(severity.tolist())
            ],
        )

    def _named(self, is_there: Array) -> str | None:
        """The labels for which ``is_there`` [K] holds; None where it holds for none."""
        names = [self.target.labels[place] for place in np.flatnonzero(is_there)]
        more = [f"… (+{len(names) - MOST_NAMED})"] if len(names) > MOST_NAMED else []
        return ", ".join([*names[:MOST_NAMED], *more]) or None

    def report(self, decisions: Array, truth: Array) -> tuple[Scalar, Sequence[Scalar], Sequence[Block]]:
        return scores.report(decisions, truth, self.target.labels, np.array(self.target.counts) / self.target.rows)

    def compare(self, before: Array, after: Array, truth: Array) -> MetricChange:
        was, now = (before == truth).all(axis=1), (after == truth).all(axis=1)
        return lossy.of_hits(
            "exact_match", _("Rows with all labels right"), was, now, float((before == after).all(axis=1).mean())
        )

    def output(self) -> dict[str, Any]:
        return {
            "name": "logits",
            "dtype": "float32",
            "shape": ["batch", self.outputs],
            "target": self.target.name,
            "labels": list(self.target.labels),
            "meaning": "the sigmoid of a logit is the label's probability",
        }

    def facts(self) -> Sequence[tuple[str, Sequence[str]]]:
        return [("Labels", self.target.labels)]
