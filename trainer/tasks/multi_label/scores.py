"""How good predicted labels are. A ratio without a denominator is 0."""

from collections.abc import Sequence

import numpy as np

from trainer.data.prepared import Array
from trainer.report import Block, Heading, Scalar, Table
from trainer.sentences import gettext_noop as _


def report(predicted: Array, actual: Array, labels: Sequence[str]) -> tuple[Scalar, list[Scalar], list[Block]]:
    """Of zeros and ones [N, K] against zeros and ones [N, K]: F1 over all labels of all rows together, its mean over
    the labels, the share of rows with all labels right, and the share of single labels that are right.
    """
    right, told, true = (predicted * actual).sum(axis=0), predicted.sum(axis=0), actual.sum(axis=0, dtype=np.int64)
    precision, recall = _ratio(right, told), _ratio(right, true)
    f1 = _ratio(2 * right, told + true)
    micro = float(2 * right.sum() / max(1, told.sum() + true.sum()))
    further = [
        ("macro_f1", _("Mean F1 of the labels"), float(f1.mean())),
        ("exact_match", _("Rows with all labels right"), float((predicted == actual).all(axis=1).mean())),
        ("label_accuracy", _("Labels right"), float((predicted == actual).mean())),
    ]
    headings = (
        Heading(label=_("Label"), unit=None),
        Heading(label=_("Precision"), unit="share"),
        Heading(label=_("Recall"), unit="share"),
        Heading(label=_("F1"), unit="share"),
        Heading(label=_("Rows")),
    )
    table = Table(
        title=_("Each label"),
        note=_("On rows that training never saw"),
        headings=headings,
        rows=tuple(zip(labels, precision.tolist(), recall.tolist(), f1.tolist(), true.tolist(), strict=True)),
    )
    return _share("f1", _("F1"), micro), [_share(*scalar) for scalar in further], [table]


def _share(name: str, label: str, value: float) -> Scalar:
    return Scalar(name=f"test/{name}", label=label, value=value, unit="share", better="higher")


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)
