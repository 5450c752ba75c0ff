"""How good predicted labels are. A ratio without a denominator is 0."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.data.prepared import Array
from trainer.report import Block, Caution, Heading, Scalar, Table
from trainer.sentences import gettext_noop as _


def report(
    predicted: Array, actual: Array, labels: Sequence[str], shares: Array
) -> tuple[Scalar, list[Scalar], list[Block]]:
    """Of zeros and ones [N, K] against zeros and ones [N, K]: F1 over all labels of all rows together, its mean over
    the labels, the share of rows with all labels right, and the share of single labels that are right.

    ``shares`` [K] of the training rows have each label. There is a caution where answering the same labels for every
    row is as good, by F1 and by the labels that are right, each with the labels that are best for it.
    """
    scores = _per_label(predicted, actual)
    micro = _micro(predicted, actual)
    accuracy = float((predicted == actual).mean())
    guessed_f1 = _micro(np.broadcast_to(_best_by_f1(shares), actual.shape), actual)
    guessed_accuracy = float((actual == (shares > 0.5)).mean())
    is_better = micro > guessed_f1 or accuracy > guessed_accuracy
    further = [
        ("macro_f1", _("Mean F1 of the labels"), float(scores.f1.mean())),
        ("exact_match", _("Rows with all labels right"), float((predicted == actual).all(axis=1).mean())),
        ("label_accuracy", _("Labels right"), accuracy),
    ]
    guesses = [
        Scalar(name=f"guess/{name}", label=label, value=value, unit="share")
        for name, label, value in (
            ("f1", _("F1 of the same labels for every row"), guessed_f1),
            ("label_accuracy", _("Labels right by guessing"), guessed_accuracy),
        )
    ]
    table = _table(labels, scores)
    headline = _share("f1", _("F1"), micro, "" if is_better else _("no better than guessing"))
    blocks: list[Block] = [table] if is_better else [_caution(guessed_f1, guessed_accuracy), table]
    return headline, [*(_share(*scalar) for scalar in further), *guesses], blocks


@dataclass(frozen=True)
class _PerLabel:
    """Scores of each label [K], and the rows that have it."""

    precision: Array
    recall: Array
    f1: Array
    rows: Array


def _per_label(predicted: Array, actual: Array) -> _PerLabel:
    """Precision tp/(tp+fp), recall tp/(tp+fn) and F1 2tp/(2tp+fp+fn) of zeros and ones [N, K]."""
    hits, positives = (predicted * actual).sum(axis=0), predicted.sum(axis=0)
    rows = actual.sum(axis=0, dtype=np.int64)
    return _PerLabel(_ratio(hits, positives), _ratio(hits, rows), _ratio(2 * hits, positives + rows), rows)


def _table(labels: Sequence[str], scores: _PerLabel) -> Table:
    headings = (
        Heading(label=_("Label"), unit=None),
        Heading(label=_("Precision"), unit="share"),
        Heading(label=_("Recall"), unit="share"),
        Heading(label=_("F1"), unit="share"),
        Heading(label=_("Rows")),
    )
    columns = [column.tolist() for column in (scores.precision, scores.recall, scores.f1, scores.rows)]
    return Table(
        title=_("Each label"),
        note=_("On rows that training never saw"),
        headings=headings,
        rows=tuple(zip(labels, *columns, strict=True)),
    )


def _share(name: str, label: str, value: float, note: str = "") -> Scalar:
    return Scalar(name=f"test/{name}", label=label, value=value, unit="share", better="higher", note=note)


def _micro(predicted: Array, actual: Array) -> float:
    return float(2 * (predicted * actual).sum() / max(1, predicted.sum() + actual.sum(dtype=np.int64)))


def _best_by_f1(shares: Array) -> Array:
    """The labels, as zeros and ones [K], that answered for every row have the best F1 on rows of these shares: those
    from some share on, for of two labels the commoner one adds more."""
    ordered = np.sort(shares)[::-1]
    f1 = 2 * ordered.cumsum() / (np.arange(1, len(shares) + 1) + shares.sum())
    return np.asarray(shares >= ordered[f1.argmax()], dtype=np.uint8)


def _caution(f1: float, accuracy: float) -> Caution:
    return Caution(
        message=_(
            "This model is no better than guessing: the same labels for every row have an F1 of %(f1)s %% or "
            "%(accuracy)s %% of the labels right. See whether the inputs tell anything of the labels, add rows of "
            "the rare ones, or train longer."
        ),
        params={"f1": f"{100 * f1:.1f}", "accuracy": f"{100 * accuracy:.1f}"},
    )


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)
