"""Texts as the numbers of their tokens. Shipped beside exports; it needs NumPy alone, and the library ``tokenizers``
for those that it trained.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np

from trainer.columns.text.cleaners import cleaned

Array = np.ndarray[Any, np.dtype[Any]]
Split = Callable[[Sequence[str]], tuple[Array, Array]]  # texts to the numbers of all, and how many each has

UNKNOWN, FIRST = 1, 2
CHARACTERS_A_TOKEN = 64  # a text is cut where so many a token would be beyond the longest: it bounds the work
CODE_POINTS = 0x110000


def tokens(texts: Sequence[str], block: dict[str, Any]) -> tuple[Array, Array]:
    """The numbers of the tokens of all texts, int64, one text behind the other, and how many each has, int64 [texts]:
    at least one, which is unknown where there is nothing.
    """
    tokenizer = block["tokenizer"]
    longest, is_beginning = tokenizer["longest"], tokenizer["keep"] == "beginning"
    most = longest * CHARACTERS_A_TOKEN
    short = [bounded(cleaned(text, block["cleaning"]), most, is_beginning) for text in texts]
    numbers, lengths = split(tokenizer["characters"], tokenizer["library"], tokenizer["shift"])(short)
    return _never_empty(*_cut(numbers, lengths, longest, is_beginning))


def bounded(text: str, most: int, is_beginning: bool) -> str:
    """What of a text is looked at: at most so many characters."""
    if len(text) > most:
        text = text[:most] if is_beginning else text[-most:]
    return text if text.isascii() else text.encode("utf-8", "replace").decode()  # halves of pairs are no characters


@lru_cache(maxsize=16)
def split(characters: str, library: str, shift: int) -> Split:
    """What splits texts into the numbers of tokens."""
    return _by_library(library, shift) if library else _by_character(characters)


def _by_character(characters: str) -> Split:
    numbers = np.full(CODE_POINTS, UNKNOWN, np.int64)
    codes = _codes(characters)
    numbers[codes] = np.arange(FIRST, FIRST + len(codes))
    return lambda texts: (numbers[_codes("".join(texts))], _lengths(texts))


def _codes(text: str) -> Array:
    return np.frombuffer(text.encode("utf-32-le"), "<u4")


@lru_cache(maxsize=16)
def library_tokenizer(definition: str) -> Any:
    """Of the library, without what its JSON says of lengths."""
    try:  # those whose tokens are characters need no library
        from tokenizers import Tokenizer
    except ImportError as error:
        raise ValueError(
            "texts are cut by the library tokenizers, which is not installed: pip install tokenizers"
        ) from error

    tokenizer = Tokenizer.from_str(definition)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True  # what a text says is no command
    return tokenizer


def _by_library(definition: str, shift: int) -> Split:
    tokenizer = library_tokenizer(definition)

    def by_library(texts: Sequence[str]) -> tuple[Array, Array]:
        numbers = [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]
        return np.fromiter(chain.from_iterable(numbers), np.int64) + shift, _lengths(numbers)

    return by_library


def _lengths(rows: Sequence[Any]) -> Array:
    return np.fromiter(map(len, rows), np.int64, len(rows))


def _cut(numbers: Array, lengths: Array, longest: int, is_beginning: bool) -> tuple[Array, Array]:
    if not len(lengths) or lengths.max() <= longest:
        return numbers, lengths
    starts = np.cumsum(lengths) - lengths
    places = np.arange(len(numbers)) - np.repeat(starts, lengths)
    beyond = 0 if is_beginning else np.repeat(np.maximum(lengths - longest, 0), lengths)
    stays = (places >= beyond) & (places < beyond + longest)
    return numbers[stays], np.minimum(lengths, longest)


def _never_empty(numbers: Array, lengths: Array) -> tuple[Array, Array]:
    is_empty = lengths == 0
    if not is_empty.any():
        return numbers, lengths
    starts = np.cumsum(lengths) - lengths
    return np.insert(numbers, starts[is_empty], UNKNOWN), np.maximum(lengths, 1)
