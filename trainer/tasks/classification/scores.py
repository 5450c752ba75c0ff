"""How good predicted classes are. Formulas as in the scikit-learn user guide, section 3.4; a ratio without a
denominator is 0.
"""

from collections.abc import Sequence

import numpy as np

from trainer.data.prepared import Array
from trainer.report import Block, Caution, Figure, Heading, Scalar, Table
from trainer.sentences import gettext_noop as _

MOST_CONFUSED = 200  # classes; the matrix of thousands takes hundreds of megabytes, and nobody can see anything in it


def confusion_matrix(actual: Array, predicted: Array, classes: int) -> Array:
    """Counts [K, K]: rows are actual classes, columns predicted ones."""
    return np.bincount(actual * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def per_class(actual: Array, predicted: Array, classes: int) -> dict[str, Array]:
    """Precision tp/(tp+fp), recall tp/(tp+fn), F1 2pr/(p+r), and support (actual rows) of each class [K]."""
    hits, taken, support = (
        np.bincount(rows, minlength=classes) for rows in (actual[actual == predicted], predicted, actual)
    )
    precision, recall = _ratio(hits, taken), _ratio(hits, support)
    return {
        "precision": precision,
        "recall": recall,
        "f1": _ratio(2 * precision * recall, precision + recall),
        "support": support,
    }


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.zeros_like(above, dtype=np.float64), where=below > 0)


def report(
    predicted: Array, actual: Array, classes: Sequence[str], commonest: int
) -> tuple[Scalar, list[Scalar], list[Block]]:
    """Of class indices [N] against class indices [N]: accuracy, macro averages over the classes that occur in either, a
    table of the classes, and the confusion matrix, left out above MOST_CONFUSED classes; a caution where always
    answering ``commonest``, the class of most training rows, is as often right."""
    scores = per_class(actual, predicted, len(classes))
    occurs = np.union1d(actual, predicted)
    right, guessed = float((predicted == actual).mean()), float((actual == commonest).mean())
    accuracy = Scalar(
        name="test/accuracy",
        label=_("Test accuracy"),
        value=right,
        unit="share",
        better="higher",
        note="" if right > guessed else _("no better than guessing"),
    )
    macro = [
        Scalar(
            name=f"test/macro_{name}",
            label=label,
            value=float(scores[name][occurs].mean()),
            unit="share",
            better="higher",
        )
        for name, label in (("precision", _("Precision")), ("recall", _("Recall")), ("f1", _("F1")))
    ]
    blocks: list[Block] = [_table(scores, classes)]
    if len(classes) <= MOST_CONFUSED:
        matrix = confusion_matrix(actual, predicted, len(classes)).tolist()
        blocks.insert(0, Figure(chart="confusion", data={"matrix": matrix, "classes": list(classes)}))
    if right <= guessed:
        blocks.insert(0, _caution(classes[commonest], guessed))
    guess = Scalar(name="guess/accuracy", label=_("Guessing the commonest class"), value=guessed, unit="share")
    return accuracy, [*macro, guess], blocks


def _caution(commonest: str, guessed: float) -> Caution:
    return Caution(
        message=_(
            "This model is no better than guessing: always answering “%(name)s”, the commonest class, is right in "
            "%(share)s %% of the test rows. See whether the inputs tell anything of the target, add rows of the rare "
            "classes, or train longer."
        ),
        params={"name": commonest, "share": f"{100 * guessed:.1f}"},
    )


def _table(scores: dict[str, Array], classes: Sequence[str]) -> Table:
    headings = (
        Heading(label=_("Class"), unit=None),
        Heading(label=_("Precision"), unit="share"),
        Heading(label=_("Recall"), unit="share"),
        Heading(label=_("F1"), unit="share"),
        Heading(label=_("Rows")),
    )
    columns = [scores[name].tolist() for name in ("precision", "recall", "f1", "support")]
    return Table(
        title=_("Each class"),
        note=_("On rows that training never saw"),
        headings=headings,
        rows=tuple(zip(classes, *columns, strict=True)),
    )
