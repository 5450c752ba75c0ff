"""Texts' tokenizers, fitted on the training rows behind the cleaning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from trainer import catalog, columns, tokenizers
from trainer.attempt.assets import NO_ASSETS, Assets
from trainer.columns import Block, Column
from trainer.data.prepared import Array, Indices
from trainer.data.rows import Rows
from trainer.tokenizers import TokenizerSpec

MEASURED_BYTES = 4_000_000


@dataclass(frozen=True)
class Measures:
    """Of the texts of some rows that are not empty: how many tokens each has before it is cut, int64 [texts], which
    part of all tokens is unknown, and which part of the texts is cut.
    """

    lengths: Array
    unknown: float
    cut: float


def waiting(data: Rows) -> bool:
    """Whether there are texts without a tokenizer."""
    return any(map(_waits, data.blocks))


def tokenize(specs: Sequence[TokenizerSpec], data: Rows, assets: Assets = NO_ASSETS) -> Rows:
    """With a tokenizer for each column of texts."""
    blocks = (
        fitted(block, spec_of(specs, block, data), data, data.parts.train, assets) if _waits(block) else block
        for block in data.blocks
    )
    return replace(data, blocks=tuple(blocks))


def of_texts(data: Rows) -> Iterator[Block]:
    """The blocks of texts."""
    return (block for block in data.blocks if columns.kinds()[block.kind].Column.has_texts)


def spec_of(specs: Sequence[TokenizerSpec], block: Block, data: Rows) -> TokenizerSpec:
    """That of a block of texts."""
    by_name: dict[str, Column] = {column.name: column for column in data.features}
    spec = tokenizers.chosen(specs, by_name[block.column_names[0]])
    assert spec is not None, "a resolved spec has one for each column"
    return spec


def fitted(block: Block, spec: TokenizerSpec, data: Rows, rows: Indices, assets: Assets = NO_ASSETS) -> Block:
    """With the tokenizer fitted on these rows."""
    values = columns.module_of(block, "values")
    fit = catalog.entry("tokenizers", spec).module.fit
    fields = fit(spec, partial(values.texts, block, data.prepared, rows), assets)
    tokenized: Block = values.tokenized(block, longest=spec.longest, keep=spec.keep, **fields)
    return tokenized


def sample(block: Block, data: Rows, rows: Indices, most_bytes: int = MEASURED_BYTES) -> Indices:
    """Some of the rows, evenly spaced, whose texts have about so many bytes; all where they have no more."""
    lengths = np.fromiter(map(len, columns.module_of(block, "values").contents(block, data.prepared, rows)), np.int64)
    step = -(-int(lengths.sum()) // most_bytes)
    return rows[:: max(1, step)]


def measure(block: Block, data: Rows, rows: Indices) -> Measures:
    """Of a block with its tokenizer."""
    lengths, unknown = columns.module_of(block, "values").measured(block, data.prepared, rows)
    is_there = lengths > 0
    return Measures(
        lengths[is_there],
        float(unknown.sum() / max(1, lengths.sum())),
        float((lengths > (block.longest or 0)).sum() / max(1, is_there.sum())),
    )


def _waits(block: Block) -> bool:
    return columns.kinds()[block.kind].Column.has_texts and block.vocabulary is None
