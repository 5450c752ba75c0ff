"""The rows of prepared data while they are cleaned, before they are divided into parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

import numpy as np

from trainer import columns
from trainer.columns import Block, Column, Gatherer
from trainer.data import blocks, near_duplicates
from trainer.data.prepared import Array, Indices, Prepared
from trainer.task import Encoded

PROBE = 256  # rows on which blocks are fitted that are there to read raw values only
PIECE_VALUES = 2 * 1024 * 1024
LEAST_BYTES = 32  # that an empty text counts for


@dataclass(frozen=True, kw_only=True)
class Table:
    """``rows`` are those left, ascending; ``targets`` has an entry for each row of the file."""

    prepared: Prepared
    features: tuple[Column, ...]
    targets: Encoded
    target_columns: tuple[str, ...]
    rows: Indices

    def keep(self, is_kept: Array) -> "Table":
        """With those of its rows alone for which ``is_kept`` [rows] holds."""
        return replace(self, rows=self.rows[is_kept])

    @property
    def has_classes(self) -> bool:
        """Whether the targets are numbers of classes."""
        return bool(self.targets.classes) and self.targets.values.ndim == 1

    def counts(self) -> list[tuple[str, int]]:
        """Each class of the target with its rows; those that have none left are not among them."""
        codes = self.targets.values[self.rows]
        counts = np.bincount(codes[codes >= 0], minlength=len(self.targets.classes))
        return [(name, int(count)) for name, count in zip(self.targets.classes, counts, strict=True) if count]

    def without_classes(self, names: Sequence[str]) -> "Table":
        """Without the rows of these classes, nor the classes."""
        classes = self.targets.classes
        is_gone = np.array([name in names for name in classes], bool)
        stays = ~np.append(is_gone, False)  # -1 finds the last
        remaining = self.keep(stays[self.targets.values[self.rows]])
        codes = np.where(is_gone, -1, np.cumsum(~is_gone) - 1)
        return remaining._numbered(codes, [name for name in classes if name not in names])

    def renamed(self, words: Sequence[str]) -> "Table":
        """With the classes called so, in their order; those of one word become one."""
        names = list(dict.fromkeys(words))
        places = {name: place for place, name in enumerate(names)}
        return self._numbered(np.array([places[word] for word in words], np.int64), names)

    def _numbered(self, codes: Array, names: Sequence[str]) -> "Table":
        """With ``codes`` [classes] in place of those of today, -1 where a class is gone."""
        values = np.append(codes, -1)[self.targets.values]
        targets = replace(self.targets, values=values, is_present=values >= 0, strata=values, classes=tuple(names))
        return replace(self, targets=targets)

    def has_values(self, names: Sequence[str]) -> Array:
        """bool [rows]: whether each of these columns has a value there; the target when there are no names."""
        is_whole = np.ones(len(self.rows), bool)
        inputs = {column.name for column in self.features}
        if not names or not inputs.issuperset(names):
            is_whole &= self.targets.is_present[self.rows]
        for block, gather in self._gatherers:
            places = [place for place, name in enumerate(block.column_names) if name in names]
            if places and block.lengths:
                is_whole &= np.fromiter(map(bool, self._contents(block, self.rows)), bool, len(self.rows))
            elif places and block.gap is not None:
                values = np.concatenate([gather(piece)[:, places] for piece in self._pieces()])
                is_whole &= ~_is_gap(values, block.gap).any(axis=1)
        return is_whole

    def is_first(self) -> Array:
        """bool [rows]: whether no row before has the same values in all columns used, the target among them."""
        keys = np.concatenate([self._keys(piece) for piece in self._pieces()])
        order = np.lexsort(keys.T)  # which leaves equal ones in the order in which they stand
        is_new = np.append(True, (np.diff(keys[order].T) != 0).any(axis=0))
        is_first = np.zeros(len(keys), bool)
        is_first[order[is_new]] = True
        return is_first

    def is_unlike(self, names: Sequence[str], threshold: float) -> Array:
        """bool [rows]: whether no row before that stays has nearly the same texts in these columns; in all columns of
        texts when there are no names.
        """
        every = [block for block, _ in self._gatherers if _has_texts(block)]
        own = [block for block in every if not names or block.column_names[0] in names]

        def texts(rows: Indices) -> list[str]:
            several = (columns.module_of(block, "values").texts(block, self.prepared, rows) for block in own)
            return ["\n".join(row) for row in zip(*several, strict=True)]

        pieces = (texts(piece) for piece in self._pieces_of(own))
        return near_duplicates.is_unlike_all_before(pieces, lambda at: texts(self.rows[at : at + 1])[0], threshold)

    def _keys(self, rows: Indices) -> Array:
        """uint64 [B, 2]: the same for the same values, and for no others."""
        even = [gather(rows) for block, gather in self._gatherers if not block.lengths]
        values = np.concatenate([_bytes(array) for array in (self.targets.values[rows], *even)], axis=1)
        digests = [blake2b(row.data, digest_size=16) for row in values]
        for block, _ in self._gatherers:
            if block.lengths:
                for digest, content in zip(digests, self._contents(block, rows), strict=True):
                    digest.update(b"%d:" % len(content))
                    digest.update(content)
        return np.frombuffer(b"".join(digest.digest() for digest in digests), np.uint64).reshape(-1, 2)

    def _pieces_of(self, texts: Sequence[Block]) -> Iterator[Indices]:
        """The rows in pieces of about so many bytes of texts."""
        lengths = [columns.module_of(block, "values").lengths(block, self.prepared)[self.rows] for block in texts]
        ends = np.cumsum(np.sum(lengths, 0) + LEAST_BYTES)
        cuts = np.searchsorted(ends, np.arange(PIECE_VALUES, ends[-1], PIECE_VALUES))
        return (piece for piece in np.split(self.rows, np.unique(cuts)) if len(piece))

    def _contents(self, block: Block, rows: Indices) -> Iterator[bytes]:
        """Of rows that differ in length."""
        contents: Iterator[bytes] = columns.module_of(block, "values").contents(block, self.prepared, rows)
        return contents

    @cached_property
    def _gatherers(self) -> list[tuple[Block, Gatherer]]:
        """What reads the raw values of the columns that go in. Blocks are fitted on a few rows: no raw value of equally
        long rows depends on what was fitted.
        """
        fitted = blocks.fit(self.features, self.prepared, self.rows[:PROBE])
        return [(block, columns.module_of(block, "values").gatherer(block, self.prepared)) for block in fitted]

    def _pieces(self) -> Iterator[Indices]:
        """The rows in pieces, so that memory holds what a piece needs."""
        rows = max(1, PIECE_VALUES // sum(column.width for column in self.features))
        return (self.rows[start : start + rows] for start in range(0, len(self.rows), rows))


def _has_texts(block: Block) -> bool:
    has_texts: bool = columns.kinds()[block.kind].Column.has_texts
    return has_texts


def _is_gap(values: Array, gap: float) -> Array:
    return np.isnan(values) if np.isnan(gap) else values == gap


def _bytes(values: Array) -> Array:
    """uint8 [B, bytes] of the values [B, …], the same for what is the same: there is one zero and one not-a-number."""
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), np.nan, values + 0.0)
    return np.ascontiguousarray(values.reshape(len(values), -1)).view(np.uint8)
