"""Reads pictures that tables name: their columns of paths become columns of pictures, the others
are as in any table."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from trainer.columns import Column, Readings, image, left_out
from trainer.data.partition import SPLIT
from trainer.data.prepared import Array, own_name
from trainer.errors import TrainerError
from trainer.formats.image_folder_zip import Spec, alike
from trainer.formats.image_folder_zip.index import ABSENT, AMBIGUOUS, UNNAMED
from trainer.formats.image_folder_zip.joined import Tables
from trainer.formats.image_folder_zip.reading import FOREIGN, REASONS, Lost, Reading
from trainer.importing import series
from trainer.importing.archives import Source
from trainer.importing.names import distinct
from trainer.importing.parsed import LeftOut, Parsed
from trainer.importing.problems import Problem, checks_of, problem
from trainer.importing.profile import ColumnProfile
from trainer.importing.tables import Chunk, parse

NAMED = 5
# Of a column whose values are missed one by one: so few, and on average in so many rows, as classes are.
MOST_CLASSES = 50
LEAST_ROWS = 2
MOST_VALUES = 1000
LONGEST_VALUE = 100


def read(
    spec: Spec, tables: Tables, reading: Reading, others: Sequence[Source], work: Path, readings: Readings
) -> Parsed:
    """The rows whose pictures are all there and whole, in the tables' order."""
    _require_rows(reading)
    canvases = [alike.canvas(spec, reading.headers(column)) for column in range(len(tables.paths))]
    pixels = [reading.pixels(column, canvas, work) for column, canvas in enumerate(canvases)]
    is_whole = reading.is_whole
    _require_rows(reading)
    alike.require_readable(_names(reading, reading.broken), len(_readable(reading)))
    others = [source for source in others if source not in tables.sources]
    lost_values = LostValues(tables)
    parsed = _parsed(tables, reading, lost_values, work, readings)
    columns = {name: alike.column(name, canvas) for name, canvas in zip(tables.paths, canvases, strict=True)}
    arrays = {own_name(name): _compact(block, is_whole) for name, block in zip(tables.paths, pixels, strict=True)}
    alikes = [one for column, canvas in enumerate(canvases) for one in alike.problems(reading.headers(column), canvas)]
    lost = list(reading.lost())
    problems = (
        *tables.problems(),
        *_of_rows(lost),
        *_of_pictures(reading, tables),
        *lost_values.problems(parsed),
        *_of_others(others),
        *alikes,
    )
    joined = _joined(parsed, columns, arrays, problems)
    return replace(joined, left_out=(*tables.left_out(), *_left_out(lost, reading, others)))


def _require_rows(reading: Reading) -> None:
    """Raise TrainerError where no row has all its pictures; the first cell that lacks one shows why."""
    if reading.is_whole.any():
        return
    first = next(reading.lost())
    raise TrainerError(
        "pictures_missing",
        "No row of “%(name)s” has all its pictures: “%(cell)s” in line %(line)s is not there or cannot be read. Pack "
        "the table and its pictures into one ZIP, with the names that they have there, such as “%(picture)s”.",
        name=first.table,
        cell=first.cell,
        line=first.line,
        picture=reading.pictures[0].name,
    )


def _readable(reading: Reading) -> set[int]:
    """The pictures that rows name, and that are in a format that is read."""
    return {*reading.numbers[reading.numbers >= 0].tolist()} - reading.foreign


def _names(reading: Reading, numbers: set[int]) -> list[str]:
    return [reading.pictures[number].name for number in sorted(numbers)]


class LostValues:
    """The values of rows that are left out, by column: some may be nowhere else."""

    def __init__(self, tables: Tables) -> None:
        self._names = [name for name in tables.names if name not in tables.paths]
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._remaining: defaultdict[str, set[str]] = defaultdict(set)

    def clear(self) -> None:
        """Before the rows are read again."""
        self._counts.clear()
        self._remaining.clear()

    def add(self, name: str, cells: Any, is_whole: Array) -> None:
        """Take note of some cells of a column, and of which of them stay."""
        if name not in self._names:
            return
        if len(self._remaining[name]) <= MOST_VALUES:
            self._remaining[name].update(_counts(_taken(cells, np.flatnonzero(is_whole))))
        if len(self._counts[name]) <= MOST_VALUES:
            self._counts[name].update(_counts(_taken(cells, np.flatnonzero(~is_whole))))

    def problems(self, parsed: Parsed) -> Iterator[Problem]:
        """Classes, or what could be some, of which no row is left."""
        for column in parsed.summary.columns:
            values, remaining = self._counts[column.name], self._remaining[column.name]
            different = len({*values, *remaining} - {""})
            if different <= min(MOST_CLASSES, (parsed.summary.rows + values.total()) / LEAST_ROWS):
                for value in sorted(values.keys() - remaining - {""}):
                    yield problem("lost_value", column=column.name, value=value, count=values[value])


def _counts(cells: Any) -> Counter[str]:
    """How often each value stands in the cells; there may be far fewer than cells."""
    if isinstance(cells, np.ndarray):
        values, counts = np.unique(cells[~np.isnan(cells)], return_counts=True)
    else:
        values, counts = cells.value_counts().flatten()
    times: Counter[str] = Counter()
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        times[str(value).strip()[:LONGEST_VALUE]] += count
    return times


def _parsed(tables: Tables, reading: Reading, lost_values: LostValues, work: Path, readings: Readings) -> Parsed:
    """The table of the rows that are whole; a column tells their parts where the tables or the folders do."""
    parts = reading.parts()
    names = tables.names if parts is None else tuple(distinct([*tables.names, SPLIT]))
    stated = tables.stated if parts is None else (*tables.stated, "words")

    def chunks() -> Iterator[Chunk]:
        lost_values.clear()
        return _whole_rows(tables, reading.is_whole, parts, lost_values)

    apart = dict.fromkeys(tables.paths, left_out.Reading())  # their cells are no values
    return parse(names, chunks, work, comma=tables.comma, stated=stated, readings={**readings, **apart})


def _whole_rows(
    tables: Tables, is_whole: Array, parts: Sequence[str] | None, lost_values: LostValues
) -> Iterator[Chunk]:
    start, is_all = 0, bool(is_whole.all())
    for rows in tables.rows():
        lines = rows.chunk.lines
        stays = is_whole[start : start + len(lines)]
        places = np.flatnonzero(stays)
        for name, cells in () if is_all else zip(tables.names, rows.chunk.columns, strict=True):
            lost_values.add(name, cells, stays)
        if len(places):
            columns = [_taken(cells, places) for cells in rows.chunk.columns]
            own = [] if parts is None else [series.of(parts[start + at] for at in places.tolist())]
            yield Chunk([lines[at] for at in places.tolist()], [*columns, *own])
        start += len(lines)


def _taken(cells: Any, places: Array) -> Any:
    return cells[places] if isinstance(cells, np.ndarray) else cells.take(series.numbers(places))


def _compact(pixels: Array, is_whole: Array) -> Array:
    """The rows that are whole, moved to the front one by one, so that memory holds one picture."""
    rows_left = np.flatnonzero(is_whole)
    for to, row in enumerate(rows_left.tolist()):
        if to != row:
            pixels[to] = pixels[row]
    return pixels[: len(rows_left)]


def _of_rows(lost: Sequence[Lost]) -> Iterator[Problem]:
    """Rows that were left out, by what is wrong with the names that they give."""
    astray = [one for one in lost if one.reason in {REASONS[ABSENT], REASONS[UNNAMED]}]
    if absent := [one.cell for one in astray if one.cell.strip()]:
        yield problem("rows_without_picture", count=len(absent), names=", ".join(absent[:NAMED]))
    if unnamed := len(astray) - len(absent):
        yield problem("rows_naming_no_picture", count=unnamed)
    if ambiguous := [one.cell for one in lost if one.reason == REASONS[AMBIGUOUS]]:
        yield problem("ambiguous_pictures", count=len(ambiguous), names=", ".join(ambiguous[:NAMED]))


def _of_pictures(reading: Reading, tables: Tables) -> Iterator[Problem]:
    """Pictures that were left out, or stand in several parts."""
    if broken := _names(reading, reading.broken):
        yield problem("broken_pictures", count=len(broken), names=", ".join(broken[:NAMED]))
    yield from alike.foreign_problems([reading.pictures[number] for number in sorted(reading.foreign)])
    if unnamed := reading.unnamed():
        table = ", ".join(one.source.name for one in tables.members)
        yield problem("unnamed_pictures", count=len(unnamed), table=table, names=", ".join(unnamed[:NAMED]))
    if tables.parts is not None and (shared := _names(reading, {*reading.in_several})):
        yield problem("pictures_in_parts", count=len(shared), names=", ".join(shared[:NAMED]))


def _of_others(others: Sequence[Source]) -> Iterator[Problem]:
    if others:
        yield problem("other_files", count=len(others), names=", ".join(source.name for source in others[:NAMED]))


def _left_out(lost: Sequence[Lost], reading: Reading, others: Sequence[Source]) -> Iterator[LeftOut]:
    for one in lost:
        place = f"line {one.line}, {one.column}" if reading.numbers.shape[1] > 1 else f"line {one.line}"
        yield LeftOut(f"{one.table}, {place}: {one.cell}", one.reason)
    foreign = _names(reading, reading.foreign)
    reasons = (
        ("cannot be read", _names(reading, reading.broken)),
        (FOREIGN, foreign),
        ("not named in the table", sorted({*reading.unnamed()}.difference(foreign))),
        ("no picture", [source.name for source in others]),
    )
    yield from (LeftOut(name, reason) for reason, names in reasons for name in names)


def _joined(
    parsed: Parsed, images: dict[str, image.Column], pixels: dict[str, Array], problems: Sequence[Problem]
) -> Parsed:
    """The table with pictures in place of their paths."""
    columns = tuple(_column(column, images) for column in parsed.summary.columns)
    profiles = tuple(
        ColumnProfile(name=one.name, kind=images[one.name].kind, distinct=one.distinct) if one.name in images else one
        for one in parsed.columns
    )
    others = [one for one in parsed.problems if one.params.get("column") not in images]
    return replace(
        parsed,
        summary=parsed.summary.model_copy(update={"columns": columns}),
        columns=profiles,
        arrays=pixels | parsed.arrays,
        problems=(*problems, *others),
        checks=parsed.checks
        | checks_of(_of_rows, _of_pictures, alike.foreign_problems, LostValues.problems, Tables.problems),
    )


def _column(column: Column, images: dict[str, image.Column]) -> Column:
    own = images.get(column.name)
    return column if own is None else own.model_copy(update={"distinct": column.distinct})
