"""Which picture stands in each cell of the tables' columns of paths, and why some rows cannot be used."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from trainer.columns.image.decoding import BrokenPictureError, Canvas, decoded
from trainer.data.partition import TRAIN, part_of
from trainer.data.prepared import Array
from trainer.formats.image_folder_zip import alike, is_foreign
from trainer.formats.image_folder_zip.index import ABSENT, AMBIGUOUS, UNNAMED, Index
from trainer.formats.image_folder_zip.joined import Rows, Tables, several
from trainer.importing import mapped
from trainer.importing.archives import Source

REASONS = {ABSENT: "picture not there", UNNAMED: "no picture named", AMBIGUOUS: "several pictures have this name"}
FOREIGN, BROKEN = "format not read", "picture cannot be read"
MOST_VALUES = 20  # of a column that could tell parts


@dataclass(frozen=True)
class Lost:
    """A cell for which its row cannot be used."""

    table: str
    line: int
    row: int
    column: str
    cell: str
    reason: str


class Reading:
    """Tables and their pictures. ``numbers`` [rows, columns of paths] tells the picture of each cell."""

    def __init__(self, tables: Tables, pictures: Sequence[Source], index: Index) -> None:
        self._tables, self.pictures = tables, pictures
        self.broken: set[int] = set()
        self.foreign = {number for number, source in enumerate(pictures) if is_foreign(source)}
        self._headers: dict[int, alike.Picture] = {}
        self._values: defaultdict[str, set[str]] = defaultdict(set)
        numbers: list[list[int]] = []
        self._members: list[int] = []  # of each row, the place of its table
        for rows in tables.rows():
            numbers += self._numbers(rows, index)
            self._members += [tables.members.index(rows.table)] * len(rows.chunk.lines)
            self._note_values(rows)
        self.numbers = np.array(numbers, dtype=np.int64).reshape(-1, len(tables.paths))
        self._look_at_headers()
        self._require_disjoint()

    def _numbers(self, rows: Rows, index: Index) -> list[list[int]]:
        places = [self._tables.names.index(name) for name in self._tables.paths]
        namings = [self._tables.naming(rows.table, name) for name in self._tables.paths]
        cells = zip(*(rows.chunk.columns[place].to_pylist() for place in places), strict=True)
        return [[index.find(cell, how) for cell, how in zip(row, namings, strict=True)] for row in cells]

    def _note_values(self, rows: Rows) -> None:
        """Of columns that may tell parts, the different values."""
        for name, cells in zip(self._tables.names, rows.chunk.columns, strict=True):
            own = self._values[name]
            if len(own) <= MOST_VALUES and not isinstance(cells, np.ndarray):
                own.update(map(str.strip, cells.unique().to_pylist()))

    def _look_at_headers(self) -> None:
        for number in np.unique(self.numbers[self.numbers >= 0]).tolist():
            if number not in self.foreign:
                picture = alike.looked_at(self.pictures[number])
                if picture is None:
                    self.broken.add(number)
                else:
                    self._headers[number] = picture

    def _require_disjoint(self) -> None:
        """Tables that are no parts, and name the same pictures, say different things of them."""
        if len(self._tables.members) > 1 and self._tables.parts is None and self.in_several:
            raise several(self._tables.members)

    @cached_property
    def in_several(self) -> list[int]:
        """Pictures that more than one table names."""
        members = np.repeat(np.array(self._members)[:, None], self.numbers.shape[1], axis=1)
        pairs = np.unique(np.stack([self.numbers.ravel(), members.ravel()]), axis=1)
        numbers, times = np.unique(pairs[0][pairs[0] >= 0], return_counts=True)
        return [int(number) for number in numbers[times > 1]]

    @property
    def is_whole(self) -> Array:
        """Of each row, whether all its pictures are there and can be read [rows]."""
        unusable = [ABSENT, UNNAMED, AMBIGUOUS, *self.broken, *self.foreign]
        return np.asarray(~np.isin(self.numbers, unusable).any(axis=1))

    def headers(self, column: int) -> list[alike.Picture]:
        """The different pictures of one column in the rows that are whole."""
        numbers = np.unique(self.numbers[self.is_whole, column])
        return [self._headers[number] for number in numbers.tolist()]

    def pixels(self, column: int, canvas: Canvas, work: Path) -> Array:
        """uint8 [rows, C, H, W] in a file; black where there is no picture, also where decoding finds out only now."""
        pixels = mapped.new(work / f"pixels-{column}", np.uint8, (len(self.numbers), *canvas.shape))
        for row in np.flatnonzero(self.is_whole).tolist():
            number = int(self.numbers[row, column])
            try:
                pixels[row] = decoded(self.pictures[number].path, canvas)
            except BrokenPictureError:
                self.broken.add(number)
        return pixels

    def lost(self) -> Iterator[Lost]:
        """Of each row that cannot be used, its first cell that tells why."""
        is_whole, start = self.is_whole, 0
        places = [self._tables.names.index(name) for name in self._tables.paths]
        for rows in self._tables.rows():
            for at in np.flatnonzero(~is_whole[start : start + len(rows.chunk.lines)]).tolist():
                column, reason = self._why(start + at)
                cell = rows.chunk.columns[places[column]][at].as_py()
                name = self._tables.paths[column]
                yield Lost(rows.table.source.name, rows.chunk.lines[at], start + at, name, cell, reason)
            start += len(rows.chunk.lines)

    def _why(self, row: int) -> tuple[int, str]:
        """The place of the first column that lacks its picture, and why."""
        reasons = ((column, self._reason(number)) for column, number in enumerate(self.numbers[row].tolist()))
        return next((column, reason) for column, reason in reasons if reason)

    def _reason(self, number: int) -> str:
        return REASONS.get(number) or (FOREIGN if number in self.foreign else BROKEN if number in self.broken else "")

    def unnamed(self) -> list[str]:
        """Pictures that no row names."""
        numbers = {*range(len(self.pictures))} - {*self.numbers.ravel().tolist()}
        return [self.pictures[number].name for number in sorted(numbers)]

    def parts(self) -> list[str] | None:
        """The part of each row by its table, or by the folders of its first picture; None where they give no division,
        or a column of the tables does."""
        if any(_tell_parts(values) for values in self._values.values()):
            return None
        if self._tables.parts is not None:
            return [self._tables.parts[member] for member in self._members]
        folders = [_part(source.name) for source in self.pictures]
        parts = [folders[number] if number >= 0 else TRAIN for number in self.numbers[:, 0].tolist()]
        return [part or TRAIN for part in parts] if _tell_parts(set(map(str, parts))) else None


def _tell_parts(values: set[str]) -> bool:
    parts = {part_of(value) for value in values - {""}}
    return None not in parts and TRAIN in parts and len(parts) > 1


def _part(name: str) -> str | None:
    """The part that a folder around the picture names."""
    return next((part for folder in name.split("/")[:-1] if (part := part_of(folder))), None)
