"""Tables as prepared data: what kind each column is, then its values.

The rows are read once, some at a time, so that memory stays flat however long the table is. What each column's
cells are to the kinds that could take it waits in a file of ``work`` until the end shows which does; then the arrays
are written into files there. Any format of rows and columns ends here, and no kind is known by name.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from trainer.columns import Column, Readings
from trainer.data.prepared import Array
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.importing import series
from trainer.importing.kind import Kept, import_of
from trainer.importing.parsed import Parsed
from trainer.importing.problems import Problem, checks_of, checks_of_kinds, problem
from trainer.importing.profile import FIRST_VALUES, PREVIEW_LENGTH, ColumnProfile
from trainer.importing.profile_classes import case_problems
from trainer.importing.sighting import Sighting
from trainer.importing.spool import Spool
from trainer.importing.stated import Stated

PREVIEW_ROWS = 50
PREVIEW_CELLS = 20_000
NAMED = 20


@dataclass(frozen=True)
class Chunk:
    """Some rows: the line of the file that each starts in, and their cells column by column: a StringArray of Arrow, or
    float64 values of a column that is stated to hold numbers.
    """

    lines: Sequence[int]
    columns: Sequence[Any]


Chunks = Callable[[], Iterator[Chunk]]


def parse(
    names: Sequence[str],
    chunks: Chunks,
    work: Path,
    *,
    comma: bool = False,
    stated: Sequence[Stated] = (),
    readings: Readings | None = None,
) -> Parsed:
    """Read the table. ``chunks`` gives all rows; a second time, the same, where a kind needs cells that it did not
    keep. ``comma``: numbers are written with a decimal comma. ``stated``: of each column, what the file
    says that it holds; without it, all are guessed from how they are spelled. ``readings``: kinds that somebody chose
    for columns. Raises TrainerError where one of them does not fit the values, or there is no such column.
    """
    sightings = _sightings(names, stated or ["spelled"] * len(names), readings or {}, comma=comma)
    with closing(Spool(work)) as spool:
        seen = _observe(sightings, chunks(), spool)
        columns = [sighting.decided() for sighting in sightings]
        arrays = _encode(columns, sightings, _read_again(sightings, seen.chunks, chunks), spool, work)
    rows = sum(seen.chunks)
    described = _described(columns, arrays, rows)
    return Parsed(
        summary=DataSummary(rows=rows, columns=tuple(column for column, _ in described)),
        arrays=arrays,
        problems=(*_problems(sightings, columns), *_spellings(sightings)),
        checks=checks_of(_problems, case_problems) | checks_of_kinds(),
        rows=seen.preview,
        duplicates=seen.duplicates,
        columns=tuple(_as_read(described, sightings, seen.preview)),
    )


def _sightings(names: Sequence[str], stated: Sequence[Stated], readings: Readings, *, comma: bool) -> list[Sighting]:
    _require_columns(readings, names)
    return [
        Sighting(name, cells, readings.get(name), comma=comma, columns=len(names))
        for cells, name in zip(stated, names, strict=True)
    ]


def _require_columns(readings: Readings, names: Sequence[str]) -> None:
    if unknown := [name for name in readings if name not in names]:
        raise TrainerError(
            "column_unknown",
            "There is no column “%(column)s” whose kind could be chosen; there are: %(columns)s.",
            field="columns",
            column=unknown[0],
            columns=", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else ""),
        )


@dataclass(frozen=True)
class _Seen:
    """The number of rows of each chunk, of rows that repeat an earlier one, and the first rows as they
    stand in the file.
    """

    chunks: Sequence[int]
    duplicates: int
    preview: tuple[tuple[str, ...], ...]


def _observe(sightings: Sequence[Sighting], chunks: Iterator[Chunk], spool: Spool) -> _Seen:
    hashes, counts = array("Q"), array("q")
    preview: list[tuple[str, ...]] = []
    most = max(5, min(PREVIEW_ROWS, PREVIEW_CELLS // len(sightings)))
    for chunk in chunks:
        counts.append(len(chunk.lines))
        hashes.frombytes(series.hashes(chunk.columns).tobytes())
        first = zip(*(_shown(cells[: most - len(preview)]) for cells in chunk.columns), strict=True)
        preview.extend(tuple(map(_cut, row)) for row in first)
        for sighting, cells in zip(sightings, chunk.columns, strict=True):
            for kept in sighting.see(cells, chunk.lines):
                spool.put(kept)
        del chunk, cells, first  # before more is read: its memory is still in the processor's cache
    return _Seen(counts, _repeated(hashes), tuple(preview))


def _cut(cell: str) -> str:
    """With a mark where it goes on."""
    return cell if len(cell) <= PREVIEW_LENGTH else f"{cell[:PREVIEW_LENGTH]}…"


def _shown(cells: Any) -> Sequence[str]:
    if isinstance(cells, np.ndarray):
        return ["" if np.isnan(value) else f"{value:.15g}" for value in cells]
    return cells.to_pylist()  # type: ignore[no-any-return]


def _repeated(hashes: "array[int]") -> int:
    """How many stand for a row that is there already."""
    ordered = np.frombuffer(hashes, np.uint64) if hashes else np.empty(0, np.uint64)
    ordered.sort()
    return int((ordered[1:] == ordered[:-1]).sum())


@dataclass(frozen=True)
class _Rows:
    """The number of rows of each chunk, and the chunks themselves if a column needs cells that were not kept."""

    counts: Sequence[int]
    chunks: Iterator[Chunk | None]


def _read_again(sightings: Sequence[Sighting], counts: Sequence[int], chunks: Chunks) -> _Rows:
    needs_cells = any(sighting.winner.needs_cells for sighting in sightings)
    return _Rows(counts, chunks() if needs_cells else repeat(None, len(counts)))


def _encode(
    columns: Sequence[Column], sightings: Sequence[Sighting], rows: _Rows, spool: Spool, work: Path
) -> dict[str, Array]:
    """The arrays of each kind."""
    places, alike = _places(columns)
    writers = {name: import_of(name).writer(own, sum(rows.counts), work) for name, own in alike.items()}
    spool.rewind()
    start = 0
    for count, chunk in zip(rows.counts, rows.chunks, strict=True):
        for at, (column, sighting) in enumerate(zip(columns, sightings, strict=True)):
            kept = _kept(sighting, spool, is_wanted=writers[column.kind] is not None)
            if (writer := writers[column.kind]) is not None:
                if chunk is not None and sighting.winner.needs_cells:
                    kept = chunk.columns[at]
                writer.write(places[at], start, sighting.winner.encoded(kept, count))
        start += count
    return {name: array for writer in writers.values() if writer for name, array in writer.arrays().items()}


def _kept(sighting: Sighting, spool: Spool, *, is_wanted: bool) -> Kept:
    """What the kind that took the column kept of some cells; what the others kept is passed over."""
    own = [spool.get(is_wanted=is_wanted and one is sighting.winner) for one in sighting.candidates]
    return own[sighting.candidates.index(sighting.winner)]


def _places(columns: Sequence[Column]) -> tuple[list[int], dict[str, list[Column]]]:
    """Where each column stands among those of its kind, and these."""
    alike: dict[str, list[Column]] = {}
    places = []
    for column in columns:
        own = alike.setdefault(column.kind, [])
        places.append(len(own))
        own.append(column)
    return places, alike


def _described(columns: Sequence[Column], arrays: Mapping[str, Array], rows: int) -> list[tuple[Column, ColumnProfile]]:
    """Each column with what only the values tell of it, and its statistics."""
    _, alike = _places(columns)
    descriptions = {name: import_of(name).described(own, arrays, rows) for name, own in alike.items()}
    return [next(descriptions[column.kind]) for column in columns]


def _as_read(
    described: Sequence[tuple[Column, ColumnProfile]], sightings: Sequence[Sighting], preview: Sequence[Sequence[str]]
) -> Iterator[ColumnProfile]:
    """The profiles with what was not understood, and with first values of those that are read as they are written."""
    for place, ((_, profile), sighting) in enumerate(zip(described, sightings, strict=True)):
        first = (profile.first or tuple(row[place] for row in preview))[: min(FIRST_VALUES, len(preview))]
        yield profile.model_copy(update={"first": first, "unread": sighting.winner.unread()})


def _problems(sightings: Sequence[Sighting], columns: Sequence[Column]) -> Iterator[Problem]:
    """What the cells of each column give reason to say."""
    for sighting, column in zip(sightings, columns, strict=True):
        for candidate in sighting.candidates:
            yield from candidate.problems(column)
        if column.missing and sighting.winner.tells_gaps:
            yield problem("missing_values", column=column.name, count=column.missing, rows=sighting.observed.rows)


def _spellings(sightings: Sequence[Sighting]) -> list[Problem]:
    spellings = sorted({spelling for sighting in sightings for spelling in sighting.observed.spellings} - {""})
    if not spellings:
        return []
    return [problem("missing_spellings", spellings=", ".join(f"“{spelling}”" for spelling in spellings))]
