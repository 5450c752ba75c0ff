"""The different cells of a column: each is read once, however often it stands there."""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from itertools import count, islice

import numpy as np

from trainer.data import Array
from trainer.importing.cells import MISSING, Read, read

LONGEST_LEVEL = 80


class Levels:
    """Cells in the order in which they first came, with a short form in place of a long text."""

    def __init__(self, comma: bool) -> None:
        self._comma = comma
        self._places: defaultdict[str, int] = defaultdict(count().__next__)
        self._read = Read(np.empty(0), np.empty(0, np.uint8))

    def __len__(self) -> int:
        """How many there are, not counting those that say that a value is missing."""
        return len(self._places) - len(MISSING & self._places.keys())

    def places(self, cells: Sequence[str], longest: int) -> Array:
        """int32 [cells]: the place of each among all that have come."""
        if longest > LONGEST_LEVEL:
            cells = [cell if len(cell) <= LONGEST_LEVEL else _short(cell) for cell in cells]
        return np.fromiter(map(self._places.__getitem__, cells), np.int32, len(cells))

    def read(self, places: Array) -> Read:
        """The cells at these places as numbers; not for short forms, which say nothing of what they stand for."""
        known = len(self._read.values)
        if known < len(self._places):
            new = read(list(islice(self._places, known, None)), self._comma)
            self._read = Read(np.concatenate([self._read.values, new.values]), np.concatenate([self._read.kinds, new.kinds]),
                              {**new.units, **self._read.units})
        return self._read.at(places)

    def words(self) -> list[str]:
        """All but those that say that a value is missing."""
        return [cell for cell in self._places if cell not in MISSING]

    def indices(self, words: Sequence[str]) -> Array:
        """int32 [places]: where the cell of each place stands among the words, -1 where it does not."""
        index = {word: at for at, word in enumerate(words)}
        return np.array([index.get(cell, -1) for cell in self._places], np.int32)


def _short(cell: str) -> str:
    """Stands for a long text among the held values."""
    return "\0" + blake2b(cell.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def is_short_form(cell: str) -> bool:
    return cell.startswith("\0")
