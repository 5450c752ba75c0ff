"""Texts of the prepared file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.columns import Gatherer, TextPiece
from trainer.columns.text import Block, Column, Step, Tokenizer
from trainer.columns.text import pieces as cutting
from trainer.columns.text.cleaners import cleaned
from trainer.columns.text.tokens import FIRST, UNKNOWN, tokens
from trainer.data.prepared import Array, Indices, Prepared

WORD_BEGINS, WORD_GOES_ON = "\N{LOWER ONE EIGHTH BLOCK}", "##"  # the marks of pieces of words
PIECE_BYTES = 8 * 1024 * 1024
LONGEST_MEASURED = 65_536  # tokens


def blocks(columns: Sequence[Column], prepared: Prepared, train: Indices) -> list[Block]:
    """A block a column, ``text`` where there is one; a tokenizer is fitted later, on texts that were cleaned."""
    names = [f"text_{number}" for number in range(1, len(columns) + 1)] if len(columns) > 1 else ["text"]
    return [Block(name=name, column=column.name, gaps=column.gaps) for name, column in zip(names, columns, strict=True)]


def tokenized(block: Block, **fields: Any) -> Block:
    """With the tokenizer of these fields."""
    return block.model_copy(update={"tokenizer": Tokenizer(**fields)})


def stepped(block: Block, name: str, arguments: dict[str, Any]) -> Block:
    """With a step of cleaning behind those before: a function of ``cleaners``."""
    return block.model_copy(update={"steps": (*block.steps, Step(name=name, arguments=arguments))})


def pairs(before: Block, after: Block, prepared: Prepared, rows: Indices) -> Iterator[tuple[str, str]]:
    """The text of each of some rows as the steps of ``before`` leave it, and as those of ``after`` do, which begin
    with the same.
    """
    first = before.description()["cleaning"]
    further = after.description()["cleaning"][len(first) :]
    for text in texts(before, prepared, rows):
        yield text, cleaned(text, further)


def texts(block: Block, prepared: Prepared, rows: Indices) -> Iterator[str]:
    """Those of some rows, cleaned."""
    steps = block.description()["cleaning"]
    return (cleaned(text, steps) for piece in _pieces(block, prepared, rows) for text in piece)


def _pieces(block: Block, prepared: Prepared, rows: Indices) -> Iterator[list[str]]:
    """As they stand in the file, some at a time."""
    values, offsets = prepared.ragged(block.column)
    ends = np.cumsum(offsets[rows + 1] - offsets[rows])
    cuts = np.searchsorted(ends, np.arange(PIECE_BYTES, ends[-1] if len(ends) else 0, PIECE_BYTES))
    for piece in np.split(rows, np.unique(cuts)):
        yield [
            values[start:stop].tobytes().decode("utf-8", "replace")
            for start, stop in zip(offsets[piece].tolist(), offsets[piece + 1].tolist(), strict=True)
        ]


def contents(block: Block, prepared: Prepared, rows: Indices) -> Iterator[bytes]:
    """The UTF-8 of each of some rows, as they stand in the file."""
    values, offsets = prepared.ragged(block.column)
    return (values[offsets[row] : offsets[row + 1]].tobytes() for row in rows)


@dataclass(frozen=True)
class Tokens:
    """Of all rows of the file: the numbers of one row behind the other, and where each begins, int64 [N + 1]."""

    numbers: Array
    offsets: Array


def _tokens(block: Block, prepared: Prepared) -> Tokens:
    """Found once in each process. A block without a tokenizer has bytes."""
    if block.tokenizer is None:
        return Tokens(*prepared.ragged(block.column))
    return prepared.derived(block, lambda: _all_tokens(block, prepared))


def _all_tokens(block: Block, prepared: Prepared) -> Tokens:
    description, rows = block.description(), np.arange(len(prepared))
    assert block.tokenizer is not None
    narrow = np.uint16 if block.tokenizer.size <= 1 << 16 else np.int32
    pieces = [tokens(piece, description) for piece in _pieces(block, prepared, rows)]
    numbers = [own.astype(narrow) for own, _ in pieces]
    lengths = [own for _, own in pieces]
    return Tokens(np.concatenate(numbers), np.concatenate([np.zeros(1, np.int64), np.cumsum(np.concatenate(lengths))]))


def words(block: Block) -> list[str]:
    """The word or piece of a word that each token of the vocabulary is; nothing of padding and what is unknown."""
    assert block.tokenizer is not None
    if not block.tokenizer.library:
        return ["", "", *block.tokenizer.characters]
    from tokenizers import Tokenizer as Library

    library = Library.from_str(block.tokenizer.library)
    shift = block.tokenizer.shift
    pieces = (library.id_to_token(number - shift) or "" for number in range(FIRST, block.tokenizer.size))
    return ["", "", *(piece.removeprefix(WORD_BEGINS).removeprefix(WORD_GOES_ON) for piece in pieces)]


def frequencies(block: Block, prepared: Prepared, rows: Indices) -> Array:
    """How often each token of the vocabulary stands in some rows, int64 [tokens]."""
    assert block.tokenizer is not None
    numbers, _lengths = tokens(list(texts(block, prepared, rows)), {**block.description(), "cleaning": []})
    return np.bincount(numbers, minlength=block.tokenizer.size)


def measured(block: Block, prepared: Prepared, rows: Indices) -> tuple[Array, Array]:
    """How many tokens each of some rows has before it is cut, up to LONGEST_MEASURED, and how many of them are unknown,
    int64 [rows] each; an empty text has none.
    """
    assert block.tokenizer is not None
    uncut = tokenized(block, **{**dict(block.tokenizer), "longest": max(LONGEST_MEASURED, block.tokenizer.longest)})
    description = uncut.description()
    unknown_number = cutting.unknown_number(block.tokenizer)
    several = [_measured(piece, description, unknown_number) for piece in _pieces(block, prepared, rows)]
    return np.concatenate([own for own, _ in several]), np.concatenate([unknown for _, unknown in several])


def _measured(texts: Sequence[str], description: dict[str, Any], unknown_number: int) -> tuple[Array, Array]:
    if not texts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    numbers, lengths = tokens(texts, description)
    is_unknown = (numbers == UNKNOWN) | (numbers == unknown_number)
    unknown = np.add.reduceat(is_unknown.astype(np.int64), np.cumsum(lengths) - lengths)
    for row in np.flatnonzero((lengths == 1) & (unknown == 1)).tolist():
        lengths[row] = unknown[row] = bool(cleaned(texts[row], description["cleaning"]))
    return lengths, unknown


def pieces(block: Block, text: str) -> tuple[list[TextPiece], int]:
    """How a cleaned text is cut, and how many tokens it has."""
    assert block.tokenizer is not None
    return cutting.pieces(text, block.tokenizer)


def lengths(block: Block, prepared: Prepared) -> Array:
    """Tokens of each row, int64 [N]."""
    return np.diff(_tokens(block, prepared).offsets)


def gatherer(block: Block, prepared: Prepared) -> Gatherer:
    """int64 [B, T], padded by zeros to the longest row."""
    all_tokens = _tokens(block, prepared)
    numbers, offsets = all_tokens.numbers, all_tokens.offsets

    def gather(rows: Indices) -> Array:
        starts, lengths = offsets[rows], offsets[rows + 1] - offsets[rows]
        padded = np.zeros((len(rows), max(1, int(lengths.max(initial=0)))), np.int64)
        is_there = np.arange(padded.shape[1]) < lengths[:, None]
        places = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(int(lengths.sum()))
        padded[is_there] = numbers[places]
        return padded

    return gather


def outside(column: Column, prepared: Prepared, row: int) -> str | None:
    """The text; None where it is missing."""
    values, offsets = prepared.ragged(column.name)
    text = values[offsets[row] : offsets[row + 1]].tobytes().decode("utf-8", "replace")
    return text or None
