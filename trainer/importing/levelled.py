"""What kinds share whose values number the levels of their column, -1 where a value is missing."""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from trainer.columns import Column, Names
from trainer.data.prepared import Array
from trainer.importing import kind
from trainer.importing.blocks import BlockWriter, columns_of
from trainer.importing.kind import Kept, Table, profile_of
from trainer.importing.profile import FIRST_VALUES, ColumnProfile, Counts

if TYPE_CHECKING:  # as in trainer.importing.kind
    from trainer.importing.observed import Part

LEVELS_SHOWN = 50
MOST_CLASSES = 1000
CODE = np.dtype(np.int16)


class Candidate(kind.Candidate):
    """Keeps the places of the cells among the different ones, while these are at most ``most``."""

    most: ClassVar[int]  # with the words for what is missing they must fit into CODE
    _lookup: Array | None = None

    def see(self, part: "Part") -> Kept:
        """``CODE`` [cells], or None once there are too many different ones."""
        return None if part.places is None or len(self.observed.levels) > self.most else part.places.astype(CODE)

    def lookup(self) -> Array:
        """The code of each place, of the dtype that is stored."""
        raise NotImplementedError

    def encoded(self, kept: Kept, count: int) -> Array:
        if self._lookup is None:
            self._lookup = self.lookup()
        return cast(Array, self._lookup[cast(Array, kept)])


class Import(kind.Import):
    block: ClassVar[str]
    dtype: ClassVar[Any]

    def writer(self, columns: Sequence[Column], rows: int, folder: Path) -> BlockWriter:
        return BlockWriter(self.block, self.dtype, rows, len(columns), folder)

    def described(
        self, columns: Sequence[Column], arrays: Mapping[str, Array], rows: int
    ) -> Iterator[tuple[Column, ColumnProfile]]:
        for column, codes in zip(columns, columns_of(arrays[self.block]), strict=True):
            levels = levels_of(column)
            counts = counted(levels, codes)
            most_frequent = tuple(sorted(counts, key=lambda item: -item[1])[:LEVELS_SHOWN])
            first = tuple("" if code < 0 else levels[code] for code in codes[:FIRST_VALUES].tolist())
            yield column, profile_of(column, levels=most_frequent, rarest=rarest(counts), first=first)

    def counts(self, column: Column, table: Table) -> Counts:
        return counted(levels_of(column), table.block_values(column, self.block))

    def axis(self, column: Column, table: Table, rows: Array) -> Array:
        codes = table.block_values(column, self.block)[rows]
        return np.where(codes < 0, np.nan, codes.astype(np.float64))


def levels_of(column: Column) -> Names:
    return cast(Names, column.levels)  # type: ignore[attr-defined]


def counted(levels: Names, codes: Array) -> Counts:
    """Rows of each level."""
    counts = np.bincount(codes[codes >= 0], minlength=len(levels)).tolist()
    return tuple(zip(levels, counts, strict=True))


def rarest(counts: Counts) -> tuple[str, int] | None:
    """The class of the fewest rows; None where there are too many to be classes."""
    present = [item for item in counts if item[1]]
    return min(present, key=itemgetter(1), default=None) if len(present) <= MOST_CLASSES else None
