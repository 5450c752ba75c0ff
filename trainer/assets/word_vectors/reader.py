"""Prepared word vectors: a memory-mapped file in which words are looked up without reading all of it.

Arrays: ``vectors`` float32 [V, D] in the order of the file that was uploaded; ``words`` uint8, the UTF-8 bytes of all
words one behind the other, and ``offsets`` int64 [V + 1] where each begins; ``hashes`` int64 [U], sorted, of the
different words, and ``rows`` int64 [U], the first row of each.
"""

import hashlib
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from trainer.data import arrays_file
from trainer.data.arrays_file import Array
from trainer.errors import TrainerError

KIND = "word_vectors"
Rows = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
ABSENT = -1
MOST_ABSENT = 20  # words without a vector that are named


def hash_of(word: bytes) -> int:
    """The same on every machine: BLAKE2b of 64 bits, as a signed number."""
    return int.from_bytes(hashlib.blake2b(word, digest_size=8).digest(), "little", signed=True)


@dataclass(frozen=True)
class Matches:
    """Of the words that were looked up: ``rows`` int64 [N] of their vectors, ABSENT where ``is_present`` bool [N] says
    that there is none.
    """

    rows: Rows
    is_present: Flags


@dataclass(frozen=True)
class Coverage:
    """How much of a text the vectors know: shares of its different words and of all its tokens, and the most frequent
    words that they lack.
    """

    words: float
    tokens: float
    absent: tuple[str, ...]


class WordVectors:
    """``vectors`` is float32 [V, width], of the file's pages: ``vectors[rows]`` reads those rows alone."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.vectors = arrays["vectors"]
        self._words, self._offsets = arrays["words"], arrays["offsets"]
        self._hashes, self._rows = arrays["hashes"], arrays["rows"]

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Map the file. Raises TrainerError where it is none, and OSError."""
        try:
            return cls(arrays_file.read(Path(path))[1])
        except (KeyError, TypeError, ValueError, struct.error) as error:
            raise TrainerError(
                "vectors_unreadable", "The prepared word vectors cannot be read; upload them again."
            ) from error

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def width(self) -> int:
        return int(self.vectors.shape[1])

    @property
    def different(self) -> int:
        """Words, each counted once."""
        return len(self._hashes)

    def word(self, row: int) -> str:
        """The word of a row."""
        return self._bytes(row).decode()

    def lookup(self, words: Sequence[str]) -> Matches:
        """The rows of these words, as they are spelled; a word that the file has twice is at its first."""
        spelled = [word.encode("utf-8", "surrogatepass") for word in words]
        hashes = np.fromiter(map(hash_of, spelled), np.int64, len(spelled))
        places = np.searchsorted(self._hashes, hashes)
        rows = np.fromiter(map(self._row, spelled, hashes.tolist(), places.tolist()), np.int64, len(spelled))
        return Matches(rows, rows != ABSENT)

    def coverage(self, counts: Mapping[str, int]) -> Coverage:
        """Of the words of a text with how often each stands there; all of nothing is covered."""
        words = list(counts)
        is_present = self.lookup(words).is_present
        numbers = np.fromiter(counts.values(), np.int64, len(words))
        absent = Counter({word: counts[word] for word, present in zip(words, is_present, strict=True) if not present})
        total = int(numbers.sum())
        return Coverage(
            words=float(is_present.mean()) if words else 1.0,
            tokens=float(numbers[is_present].sum() / total) if total else 1.0,
            absent=tuple(word for word, _ in absent.most_common(MOST_ABSENT)),
        )

    def _row(self, word: bytes, code: int, place: int) -> int:
        """Words of one hash stand side by side."""
        while place < len(self._hashes) and self._hashes[place] == code:
            row = int(self._rows[place])
            if self._bytes(row) == word:
                return row
            place += 1
        return ABSENT

    def _bytes(self, row: int) -> bytes:
        return self._words[self._offsets[row] : self._offsets[row + 1]].tobytes()
