"""How good predicted labels are."""

from collections.abc import Sequence

import numpy as np

from trainer.data.prepared import Array
from trainer.per_class import PerClass
from trainer.report import Block, Caution, Scalar
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
    micro, accuracy = _micro(predicted, actual), float((predicted == actual).mean())
    guessed_f1 = _micro(np.broadcast_to(_best_by_f1(shares), actual.shape), actual)
    guessed_accuracy = float((actual == (shares > 0.5)).mean())
    is_better = micro > guessed_f1 or accuracy > guessed_accuracy
    exact = float((predicted == actual).all(axis=1).mean())
    further = [
        _share("macro_f1", _("Macro F1"), float(scores.f1.mean())),
        _share("exact_match", _("Rows with all labels right"), exact),
        _share("label_accuracy", _("Labels right"), accuracy),
        _guess("f1", _("F1 of the same labels for every row"), guessed_f1),
        _guess("label_accuracy", _("Labels right by guessing"), guessed_accuracy),
    ]
    table = scores.table(_("Each label"), _("Label"), labels)
    headline = _share("f1", _("F1"), micro, "" if is_better else _("no better than guessing"))
    return headline, further, [table] if is_better else [_caution(guessed_f1, guessed_accuracy), table]


def _per_label(predicted: Array, actual: Array) -> PerClass:
    """Of zeros and ones [N, K]."""
    return PerClass.of(
        (predicted * actual).sum(axis=0, dtype=np.int64), predicted.sum(axis=0), actual.sum(axis=0, dtype=np.int64)
    )


def _guess(name: str, label: str, value: float) -> Scalar:
    return Scalar(name=f"guess/{name}", label=label, value=value, unit="share")


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
            "This model is no better than guessing: the same labels for every row reach an F1 of %(f1)s %% and "
            "get %(accuracy)s %% of the labels right. See whether the inputs tell anything of the labels, add rows of "
            "the rare ones, or train longer."
        ),
        params={"f1": f"{100 * f1:.1f}", "accuracy": f"{100 * accuracy:.1f}"},
    )
