"""Texts' tokenizers, fitted on the training rows behind the cleaning."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from trainer import catalog, columns, tokenizers
from trainer.columns import Block, Column
from trainer.data.rows import Rows
from trainer.tokenizers import TokenizerSpec


def waiting(data: Rows) -> bool:
    """Whether there are texts without a tokenizer."""
    return any(map(_waits, data.blocks))


def tokenize(specs: Sequence[TokenizerSpec], data: Rows) -> Rows:
    """With a tokenizer for each column of texts."""
    return replace(data, blocks=tuple(_blocks(specs, data)))


def _blocks(specs: Sequence[TokenizerSpec], data: Rows) -> Iterator[Block]:
    by_name: dict[str, Column] = {column.name: column for column in data.features}
    for block in data.blocks:
        if _waits(block):
            spec = tokenizers.chosen(specs, by_name[block.column_names[0]])
            assert spec is not None, "a resolved spec has one for each column"
            yield _with_tokenizer(block, spec, data)
        else:
            yield block


def _waits(block: Block) -> bool:
    return columns.kinds()[block.kind].Column.has_texts and block.vocabulary is None


def _with_tokenizer(block: Block, spec: TokenizerSpec, data: Rows) -> Block:
    values = columns.module_of(block, "values")
    fit = catalog.entry("tokenizers", spec).module.fit
    fitted = fit(spec, partial(values.texts, block, data.prepared, data.parts.train))
    tokenized: Block = values.tokenized(block, longest=spec.longest, keep=spec.keep, **fitted)
    return tokenized
