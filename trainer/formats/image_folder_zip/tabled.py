"""Reads pictures that a table names: its columns of paths become columns of pictures, the others are as in any
table."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from trainer.columns import Column, Readings, image, left_out
from trainer.data.prepared import Array, own_name
from trainer.errors import TrainerError
from trainer.formats.image_folder_zip import Spec, alike
from trainer.formats.image_folder_zip.listing import Index, Listing
from trainer.formats.image_folder_zip.pictures import BrokenPictureError, Canvas, decoded, facts
from trainer.importing import mapped
from trainer.importing.archives import Source
from trainer.importing.parsed import LeftOut, Parsed
from trainer.importing.profile import ColumnProfile, Problem, checks_of, problem
from trainer.importing.tables import Chunk, parse

NAMED = 5
NONE = -1  # in place of a picture's number


class Reading:
    """One listing and its pictures; ``numbers`` [rows, columns of paths] tells the picture of each cell."""

    def __init__(self, listing: Listing, pictures: Sequence[Source]) -> None:
        self._listing, self._pictures = listing, pictures
        self.missing: list[tuple[int, str]] = []  # lines, and the paths that lead nowhere
        self.broken: set[int] = set()
        self._headers: dict[int, alike.Picture] = {}
        self.numbers = np.array(list(self._numbers(Index(pictures))), dtype=np.int64).reshape(-1, len(listing.paths))

    def _numbers(self, index: Index) -> Iterator[list[int]]:
        for chunk in self._listing.chunks():
            paths = zip(*(chunk.columns[place].to_pylist() for place in self._listing.paths), strict=True)
            for line, cells in zip(chunk.lines, paths, strict=True):
                found = [index.find(cell, stems=self._listing.stems) for cell in cells]
                self.missing += [(line, cell) for cell, number in zip(cells, found, strict=True) if number is None]
                yield [NONE if number is None else self._with_header(number) for number in found]

    def _with_header(self, number: int) -> int:
        """The number, noting the header of its picture."""
        if number not in self._headers and number not in self.broken:
            source = self._pictures[number]
            try:
                self._headers[number] = alike.Picture(source, facts(source.path))
            except BrokenPictureError:
                self.broken.add(number)
        return number

    @property
    def is_whole(self) -> Array:
        """Of each row, whether all its pictures are there [rows]."""
        return np.asarray(~np.isin(self.numbers, [NONE, *self.broken]).any(axis=1))

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
                pixels[row] = decoded(self._pictures[number].path, canvas)
            except BrokenPictureError:
                self.broken.add(number)
        return pixels


def read(
    spec: Spec,
    listing: Listing,
    pictures: Sequence[Source],
    others: Sequence[Source],
    work: Path,
    readings: Readings,
) -> Parsed:
    """The rows whose pictures are all there and whole, in the table's order."""
    reading = Reading(listing, pictures)
    _require_rows(reading, listing)
    canvases = [alike.canvas(spec, reading.headers(column)) for column in range(len(listing.paths))]
    pixels = [reading.pixels(column, canvas, work) for column, canvas in enumerate(canvases)]
    is_whole = reading.is_whole
    _require_rows(reading, listing)
    names = [listing.names[place] for place in listing.paths]
    apart = dict.fromkeys(names, left_out.Reading())  # their cells are no values
    chunks = _of_rows(listing.chunks(), is_whole)
    parsed = parse(listing.names, chunks, work, comma=listing.comma, readings={**readings, **apart})
    columns = {
        name: image.Column(name=name, shape=canvas.shape, fit=spec.fit)
        for name, canvas in zip(names, canvases, strict=True)
    }
    arrays = {own_name(name): _compact(block, is_whole) for name, block in zip(names, pixels, strict=True)}
    alikes = [one for column, canvas in enumerate(canvases) for one in alike.problems(reading.headers(column), canvas)]
    problems = (*_of_pictures(reading, listing, pictures), *_of_others(listing, others), *alikes)
    joined = _joined(parsed, columns, arrays, problems)
    return replace(joined, left_out=tuple(_left_out(reading, listing, pictures, others)))


def _require_rows(reading: Reading, listing: Listing) -> None:
    if not reading.is_whole.any():
        raise TrainerError(
            "pictures_missing",
            "“%(name)s” names pictures, but no row has a picture that is there and "
            "can be read. Pack the table and its pictures into one ZIP.",
            name=listing.source.name,
        )


def _of_rows(chunks: Iterator[Chunk], is_whole: Array) -> Iterator[Chunk]:
    """The rows that are whole."""
    start = 0
    for chunk in chunks:
        places = np.flatnonzero(is_whole[start : start + len(chunk.lines)]).tolist()
        start += len(chunk.lines)
        if places:
            yield Chunk([chunk.lines[at] for at in places], [cells.take(pa.array(places)) for cells in chunk.columns])


def _compact(pixels: Array, is_whole: Array) -> Array:
    """The rows that are whole, moved to the front one by one, so that memory holds one picture."""
    kept = np.flatnonzero(is_whole)
    for to, row in enumerate(kept.tolist()):
        if to != row:
            pixels[to] = pixels[row]
    return pixels[: len(kept)]


def _of_pictures(reading: Reading, listing: Listing, pictures: Sequence[Source]) -> Iterator[Problem]:
    """Rows and pictures that were left out."""
    if reading.missing:
        count = int((reading.numbers == NONE).any(axis=1).sum())
        names = ", ".join(cell for _, cell in reading.missing[:NAMED] if cell.strip())
        yield problem("rows_without_picture", count=count, names=names)
    if reading.broken:
        names = ", ".join(pictures[number].name for number in sorted(reading.broken)[:NAMED])
        yield problem("broken_pictures", count=len(reading.broken), names=names)
    if unnamed := _unnamed(reading, pictures):
        names = ", ".join(unnamed[:NAMED])
        yield problem("unnamed_pictures", count=len(unnamed), table=listing.source.name, names=names)


def _unnamed(reading: Reading, pictures: Sequence[Source]) -> list[str]:
    """Pictures that no row names."""
    return [pictures[number].name for number in sorted({*range(len(pictures))} - {*reading.numbers.ravel().tolist()})]


def _left_out(
    reading: Reading, listing: Listing, pictures: Sequence[Source], others: Sequence[Source]
) -> Iterator[LeftOut]:
    for line, cell in reading.missing:
        yield LeftOut(f"{listing.source.name}, line {line}: {cell}", "picture not there")
    reasons = (
        ("cannot be read", [pictures[number].name for number in sorted(reading.broken)]),
        ("not named in the table", _unnamed(reading, pictures)),
        ("no picture", [source.name for source in others if source is not listing.source]),
    )
    yield from (LeftOut(name, reason) for reason, names in reasons for name in names)


def _of_others(listing: Listing, others: Sequence[Source]) -> Iterator[Problem]:
    names = [source.name for source in others if source is not listing.source]
    if names:
        yield problem("other_files", count=len(names), names=", ".join(names[:NAMED]))


def _joined(
    parsed: Parsed, images: dict[str, image.Column], pixels: dict[str, Array], problems: Sequence[Problem]
) -> Parsed:
    """The table with pictures in place of their paths."""
    columns = tuple(_column(column, images) for column in parsed.summary.columns)
    profiles = tuple(
        ColumnProfile(name=one.name, kind="image", distinct=one.distinct) if one.name in images else one
        for one in parsed.columns
    )
    others = [one for one in parsed.problems if one.params.get("column") not in images]
    return replace(
        parsed,
        summary=parsed.summary.model_copy(update={"columns": columns}),
        columns=profiles,
        arrays=pixels | parsed.arrays,
        problems=(*problems, *others),
        checks=parsed.checks | checks_of(_of_pictures),
    )


def _column(column: Column, images: dict[str, image.Column]) -> Column:
    own = images.get(column.name)
    return column if own is None else own.model_copy(update={"distinct": column.distinct})
