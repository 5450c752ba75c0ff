"""What tokenizers make of somebody's texts."""

import time
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from trainer import columns
from trainer.attempt.assets import Assets
from trainer.columns import Block, TextPiece
from trainer.data import tokenizing
from trainer.data.prepared import Array, Indices
from trainer.data.rows import Rows
from trainer.previewing.report import CutText, Lengths, Piece, Tokenization
from trainer.previewing.words import CUT, spoken
from trainer.tokenizers import TokenizerSpec

MOST_TEXTS = 5
MOST_PIECES = 120  # of a text, with those between tokens
MOST_CUT = 60  # characters of what is cut off


def of(specs: Sequence[TokenizerSpec], data: Rows, assets: Assets) -> Iterator[Tokenization]:
    """One of each column of texts, fitted on a part of the training rows where these are many."""
    for block in tokenizing.of_texts(data):
        began = time.monotonic()
        spec = tokenizing.spec_of(specs, block, data)
        train = data.parts.train
        sample = tokenizing.sample(block, data, train, spec.sample_bytes)
        fitted = tokenizing.fitted(block, spec, data, sample, assets)
        measures = tokenizing.measure(fitted, data, tokenizing.sample(block, data, train))
        yield Tokenization(
            column=block.column_names[0],
            tokenizer=spec.name,
            vocabulary=fitted.vocabulary or 0,
            limit=spec.limit,
            fitted_on=len(sample),
            rows=len(train),
            longest=spec.longest,
            known=1 - measures.unknown,
            cut=measures.cut,
            lengths=_lengths(measures.lengths),
            texts=tuple(islice(_texts(fitted, data), MOST_TEXTS)),
            seconds=time.monotonic() - began,
        )


def _lengths(lengths: Array) -> Lengths | None:
    if not len(lengths):
        return None
    least, lower, middle, upper, most = np.quantile(lengths, (0, 0.25, 0.5, 0.75, 1)).tolist()
    return Lengths(least=least, lower_quartile=lower, middle=middle, upper_quartile=upper, most=most)


def _texts(block: Block, data: Rows) -> Iterator[CutText]:
    """The first that have any tokens."""
    values = columns.module_of(block, "values")
    rows = _used(data)
    for row, text in zip(rows.tolist(), values.texts(block, data.prepared, rows), strict=True):
        pieces, count = values.pieces(block, text)
        if count:
            yield CutText(row=row + 1, tokens=count, pieces=tuple(_as_shown(pieces)))


def _used(data: Rows) -> Indices:
    used: Indices = np.sort(np.concatenate([data.parts.train, data.parts.validation, data.parts.test]))
    return used


def _as_shown(pieces: Sequence[TextPiece]) -> Iterator[Piece]:
    """The tokens next to the beginning, and of what is cut off the part next to them."""
    before = [piece for piece in pieces[:1] if piece.kind == "cut"]
    behind = [piece for piece in pieces[1:] if piece.kind == "cut"]
    tokens = [piece for piece in pieces if piece.kind != "cut"]
    for piece in before:
        yield _piece((CUT if len(piece.text) > MOST_CUT else "") + piece.text[-MOST_CUT:], piece)
    yield from (_piece(piece.text, piece) for piece in tokens[:MOST_PIECES])
    if len(tokens) > MOST_PIECES:
        yield Piece(text=CUT, kind="between")
    for piece in behind:
        yield _piece(piece.text[:MOST_CUT] + (CUT if len(piece.text) > MOST_CUT else ""), piece)


def _piece(text: str, piece: TextPiece) -> Piece:
    return Piece(text=spoken(text), kind=piece.kind)
