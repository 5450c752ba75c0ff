"""What tokenizers became, for the log of a training."""

from collections.abc import Iterator, Sequence
from typing import Any

from trainer.columns import Block
from trainer.data import tokenizing
from trainer.data.rows import Rows
from trainer.sentences import gettext_noop as _
from trainer.tokenizers import TokenizerSpec

Sentence = tuple[str, dict[str, Any]]  # a message identifier, and what fills its gaps


def beginning(data: Rows, specs: Sequence[TokenizerSpec]) -> Iterator[Sentence]:
    """Before tokenizers are fitted, where one learns: that may take minutes in which nothing else is told."""
    if any(tokenizing.spec_of(specs, block, data).limit is not None for block in tokenizing.of_texts(data)):
        yield _("Tokenizers learn from the texts of the training rows."), {}


def sentences(data: Rows, specs: Sequence[TokenizerSpec]) -> Iterator[Sentence]:
    """Of each column of texts."""
    for block in tokenizing.of_texts(data):
        yield _measured(block, data)
        limit = tokenizing.spec_of(specs, block, data).limit
        if limit is not None and block.vocabulary is not None and block.vocabulary < limit:
            message = _(
                "“%(column)s” has fewer tokens than the vocabulary that was asked for, %(tokens)s of %(limit)s: its "
                "texts have no more that come often enough."
            )
            yield message, {"column": block.column_names[0], "tokens": block.vocabulary, "limit": limit}


def _measured(block: Block, data: Rows) -> Sentence:
    """Of its training rows or, where these are many, of some of them, which is said."""
    train = data.parts.train
    sample = tokenizing.sample(block, data, train)
    measures = tokenizing.measure(block, data, sample)
    params = {"column": block.column_names[0], "tokens": block.vocabulary}
    if not len(measures.lengths):
        return _("“%(column)s” has no text to learn from: all are empty behind the cleaning."), params
    params |= {"unknown": percent(measures.unknown), "cut": percent(measures.cut)}
    if len(sample) == len(train):
        return _("“%(column)s”: %(tokens)s tokens, %(unknown)s unknown, %(cut)s of the texts are cut."), params
    message = _(
        "“%(column)s”: %(tokens)s tokens. Measured on %(part)s of the %(rows)s texts to train on: %(unknown)s unknown, "
        "%(cut)s of the texts are cut."
    )
    return message, {**params, "part": len(sample), "rows": len(train)}


def percent(part: float) -> str:
    """As somebody reads it, small parts too."""
    return f"{100 * part:.2g} %" if part < 0.1 else f"{100 * part:.0f} %"
