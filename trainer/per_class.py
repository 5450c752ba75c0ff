"""How well each class or label is predicted, which the reports of several tasks tell. Formulas as in the scikit-learn
user guide, section 3.4; a ratio without a denominator is 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.data.prepared import Array
from trainer.report import Heading, Table
from trainer.sentences import gettext_noop as _


@dataclass(frozen=True)
class PerClass:
    """Scores [K], and the rows that are of each class, or have each label."""

    precision: Array
    recall: Array
    f1: Array
    rows: Array

    @classmethod
    def of(cls, hits: Array, predicted: Array, actual: Array) -> "PerClass":
        """Of counts [K] of rows that are rightly predicted, that are predicted at all, and that are such: precision
        tp/(tp+fp), recall tp/(tp+fn) and F1 2tp/(2tp+fp+fn)."""
        return cls(_ratio(hits, predicted), _ratio(hits, actual), _ratio(2 * hits, predicted + actual), actual)

    def table(self, title: str, heading: str, names: Sequence[str]) -> Table:
        """A row a class; ``heading`` is the word for one of them."""
        columns = [column.tolist() for column in (self.precision, self.recall, self.f1, self.rows)]
        return Table(
            title=title,
            note=_("On rows that training never saw"),
            headings=(
                Heading(label=heading, unit=None),
                Heading(label=_("Precision"), unit="share"),
                Heading(label=_("Recall"), unit="share"),
                Heading(label=_("F1"), unit="share"),
                Heading(label=_("Rows")),
            ),
            rows=tuple(zip(names, *columns, strict=True)),
        )


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)
