"""What tokenizers became, for the log of a training."""

from collections.abc import Iterator
from typing import Any

from trainer.data import tokenizing
from trainer.data.rows import Rows
from trainer.sentences import gettext_noop as _


def sentences(data: Rows) -> Iterator[tuple[str, dict[str, Any]]]:
    """One of each column of texts, of its training rows or, where these are many, of some of them."""
    for block in tokenizing.of_texts(data):
        rows = tokenizing.sample(block, data, data.parts.train)
        measures = tokenizing.measure(block, data, rows)
        params = {"column": block.column_names[0], "tokens": block.vocabulary}
        if not len(measures.lengths):
            yield _("“%(column)s” has no text to learn from: all are empty behind the cleaning."), params
        else:
            yield (
                _("“%(column)s”: %(tokens)s tokens, %(unknown)s unknown, %(cut)s of the texts are cut."),
                {**params, "unknown": percent(measures.unknown), "cut": percent(measures.cut)},
            )


def percent(part: float) -> str:
    """As somebody reads it, small parts too."""
    return f"{100 * part:.2g} %" if part < 0.1 else f"{100 * part:.0f} %"
