"""The different cells of a column: each is read once, however often it stands there."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.data.prepared import Array
from trainer.importing import series
from trainer.importing.cells import MISSING, Read, among, read
from trainer.importing.forms import LONGEST_LEVEL, plain_form, short_form

FEW = 20  # cells, which are sooner asked one by one than by Arrow
NO_CELLS = series.of([])


class Levels:
    """Cells in the order in which they first came, with a short form in place of a long text."""

    def __init__(self, comma: bool, gaps: frozenset[str] = MISSING) -> None:
        self._comma, self._gaps, self._is_gap = comma, gaps, among(gaps)
        self._cells = NO_CELLS
        self._present = 0
        self._read = Read(np.empty(0), np.empty(0, np.uint8))

    def __len__(self) -> int:
        """How many there are, not counting those that say that a value is missing."""
        return self._present

    @property
    def count(self) -> int:
        """How many there are with those."""
        return len(self._cells)

    def places(self, cells: pa.StringArray, longest: int) -> Array:
        """int32 [cells]: the place of each among all that have come."""
        if longest > LONGEST_LEVEL:
            cells = _shortened(cells)
        if not self.count:
            encoded = cells.dictionary_encode()
            self._add(encoded.dictionary)
            return np.asarray(encoded.indices)
        places = pc.index_in(cells, value_set=self._cells)
        if places.null_count:
            self._add(pc.unique(cells.filter(places.is_null())))
            places = pc.index_in(cells, value_set=self._cells)
        return np.asarray(places)

    def _add(self, new: pa.StringArray) -> None:
        self._present += len(new) - self._count_gaps(new)
        self._cells = pa.concat_arrays([self._cells, new]) if self.count else new

    def _count_gaps(self, cells: pa.StringArray) -> int:
        if len(cells) <= FEW:
            return len(self._gaps.intersection(cells.to_pylist()))
        return int(np.count_nonzero(pc.is_in(cells, options=self._is_gap)))

    def read(self, places: Array) -> Read:
        """The cells at these places as numbers; not for short forms, which say nothing of what they stand for."""
        count = len(self._read.values)
        if count < len(self._cells):
            new = read(self._cells.slice(count), self._comma)
            self._read = Read(
                np.concatenate([self._read.values, new.values]),
                np.concatenate([self._read.kinds, new.kinds]),
                {**new.units, **self._read.units},
                self._read.is_measured or new.is_measured,
            )
        return self._read.at(places)

    def words(self) -> list[str]:
        """All but those that say that a value is missing."""
        if self._present == self.count:
            return self._cells.to_pylist()  # type: ignore[no-any-return]
        present = pc.invert(pc.is_in(self._cells, options=self._is_gap))
        return self._cells.filter(present).to_pylist()  # type: ignore[no-any-return]

    def forms(self) -> dict[str, str]:
        """Each of ``words`` with the one that stands for all that look like it: composed (NFC), without invisible
        characters, spaces of one kind, and true and false in small letters where there is nothing else.
        """
        forms = {word: plain_form(word) for word in self.words()}
        if {form.casefold() for form in forms.values()} <= {"true", "false"}:
            return {word: form.casefold() for word, form in forms.items()}
        return forms

    def joined(self) -> list[list[str]]:
        """Different words that look alike, as they are written, group by group."""
        groups: dict[str, list[str]] = {}
        for word in self.words():
            groups.setdefault(plain_form(word), []).append(word)
        return [words for words in groups.values() if len(words) > 1]

    def indices(self, words: Sequence[str]) -> Array:
        """int32 [places]: where the cell of each place stands among the words, -1 where it does not."""
        index = {word: at for at, word in enumerate(words)}
        forms = self.forms()
        return np.array([index.get(forms.get(cell, cell), -1) for cell in self._cells.to_pylist()], np.int32)


def _shortened(cells: pa.StringArray) -> pa.StringArray:
    encoded = cells.dictionary_encode()
    short = [cell if len(cell) <= LONGEST_LEVEL else short_form(cell) for cell in encoded.dictionary.to_pylist()]
    return series.of(short).take(encoded.indices)
