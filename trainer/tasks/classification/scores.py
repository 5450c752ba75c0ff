"""How good predicted classes are."""

from collections.abc import Iterator, Sequence

import numpy as np

from trainer.data.prepared import Array
from trainer.per_class import PerClass
from trainer.report import Block, Caution, Figure, Scalar
from trainer.sentences import gettext_noop as _

MOST_CONFUSED = 200  # classes; the matrix of thousands takes hundreds of megabytes, and nobody can see anything in it


def confusion_matrix(actual: Array, predicted: Array, classes: int) -> Array:
    """Counts [K, K]: rows are actual classes, columns predicted ones."""
    return np.bincount(actual * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def per_class(actual: Array, predicted: Array, classes: int) -> PerClass:
    """Of class indices [N] against class indices [N]."""
    hits, predictions, rows = (
        np.bincount(indices, minlength=classes) for indices in (actual[actual == predicted], predicted, actual)
    )
    return PerClass.of(hits, predictions, rows)


def report(
    predicted: Array, actual: Array, classes: Sequence[str], commonest: int
) -> tuple[Scalar, list[Scalar], list[Block]]:
    """Of class indices [N] against class indices [N]: accuracy, macro averages over the classes that occur in either, a
    table of the classes, and the confusion matrix, left out above MOST_CONFUSED classes; a caution where always
    answering ``commonest``, the class of most training rows, is as often right."""
    scores = per_class(actual, predicted, len(classes))
    right, guessed = float((predicted == actual).mean()), float((actual == commonest).mean())
    is_better = right > guessed
    accuracy = Scalar(
        name="test/accuracy",
        label=_("Test accuracy"),
        value=right,
        unit="share",
        better="higher",
        note="" if is_better else _("no better than guessing"),
    )
    guess = Scalar(name="guess/accuracy", label=_("Guessing the commonest class"), value=guessed, unit="share")
    blocks: list[Block] = [] if is_better else [_caution(classes[commonest], guessed)]
    if len(classes) <= MOST_CONFUSED:
        matrix = confusion_matrix(actual, predicted, len(classes)).tolist()
        blocks.append(Figure(chart="confusion", data={"matrix": matrix, "classes": list(classes)}))
    blocks.append(scores.table(_("Each class"), _("Class"), classes))
    return accuracy, [*_macro(scores, np.union1d(actual, predicted)), guess], blocks


def _macro(scores: PerClass, occurring: Array) -> Iterator[Scalar]:
    """Means over the classes that occur."""
    for name, label, values in (
        ("precision", _("Macro precision"), scores.precision),
        ("recall", _("Macro recall"), scores.recall),
        ("f1", _("Macro F1"), scores.f1),
    ):
        mean = float(values[occurring].mean())
        yield Scalar(name=f"test/macro_{name}", label=label, value=mean, unit="share", better="higher")


def _caution(commonest: str, guessed: float) -> Caution:
    return Caution(
        message=_(
            "This model is no better than guessing: always answering “%(name)s”, the commonest class, is right in "
            "%(share)s %% of the test rows. See whether the inputs tell anything of the target, add rows of the rare "
            "classes, or train longer."
        ),
        params={"name": commonest, "share": f"{100 * guessed:.1f}"},
    )
