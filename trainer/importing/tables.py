"""Tables as prepared data: what kind each column is, then its numbers and codes.

The rows are read once, some at a time, so that memory stays flat however long the table is. What each column's
cells are as numbers and as categories waits in a file of ``work`` until the end shows which they are; then the arrays
are written into files there. Any format of rows and columns ends here.
"""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from trainer.columns import Column
from trainer.data.prepared import Array
from trainer.data.summary import DataSummary
from trainer.importing import mapped, series
from trainer.importing.columns import CODE, Observed
from trainer.importing.parsed import Parsed
from trainer.importing.profile import Problem, checks_of, problem
from trainer.importing.profile_classes import case_problems
from trainer.importing.profile_tables import column_profiles, is_identifier
from trainer.importing.spool import Spool
from trainer.importing.stated import Stated
from trainer.importing.stated import observed as observer

PREVIEW_ROWS = 50
PREVIEW_CELLS = 20_000
PREVIEW_LENGTH = 200
FLOAT, INDEX, TRUTH = np.dtype(np.float64), np.dtype(np.int32), np.dtype(np.int8)


@dataclass(frozen=True)
class Chunk:
    """Some rows: the line of the file that each starts in, and their cells column by column: a StringArray of Arrow, or
    float64 values of a column that is stated to hold numbers.
    """

    lines: Sequence[int]
    columns: Sequence[Any]


def parse(
    names: Sequence[str], chunks: Iterator[Chunk], work: Path, *, comma: bool = False, stated: Sequence[Stated] = ()
) -> Parsed:
    """Read the table. ``comma``: numbers are written with a decimal comma. ``stated``: of each column, what the file
    says that it holds; without it, all are guessed from how they are spelled.
    """
    kinds: Sequence[Stated] = stated or ["spelled"] * len(names)
    observed = [observer(kind, name, comma, len(names)) for kind, name in zip(kinds, names, strict=True)]
    with closing(Spool(work)) as spool:
        seen = _observe(observed, chunks, spool)
        columns = [column.decided() for column in observed]
        arrays = _encode(columns, observed, seen.chunks, spool, work)
    profiles = column_profiles(columns, arrays)
    rows = sum(seen.chunks)
    summary = DataSummary(
        rows=rows,
        columns=tuple(
            column.model_copy(update={"distinct": profile.distinct, "is_identifier": is_identifier(profile, rows)})
            for column, profile in zip(columns, profiles, strict=True)
        ),
    )
    problems = [found for column, kind in zip(observed, columns, strict=True) for found in column.problems(kind)]
    return Parsed(
        summary=summary,
        arrays=arrays,
        problems=(*problems, *_spellings(observed)),
        checks=checks_of(Observed.problems, Observed.unit_problems, case_problems),
        rows=seen.preview,
        duplicates=seen.duplicates,
        columns=profiles,
    )


@dataclass(frozen=True)
class _Seen:
    """The number of rows of each chunk, of rows that repeat an earlier one, and the first rows as they stand in the
    file.
    """

    chunks: Sequence[int]
    duplicates: int
    preview: tuple[tuple[str, ...], ...]


def _observe(observed: Sequence[Observed], chunks: Iterator[Chunk], spool: Spool) -> _Seen:
    hashes, counts = array("Q"), array("q")
    preview: list[tuple[str, ...]] = []
    shown = max(5, min(PREVIEW_ROWS, PREVIEW_CELLS // len(observed)))
    for chunk in chunks:
        counts.append(len(chunk.lines))
        hashes.frombytes(series.hashes(chunk.columns).tobytes())
        first = zip(*(_shown(cells[: shown - len(preview)]) for cells in chunk.columns), strict=True)
        preview.extend(tuple(cell[:PREVIEW_LENGTH] for cell in row) for row in first)
        for column, cells in zip(observed, chunk.columns, strict=True):
            for seen in column.see(cells if isinstance(cells, np.ndarray) else series.stripped(cells), chunk.lines):
                spool.put(seen)
        del chunk, cells, first  # before more is read: its memory is still in the processor's cache
    return _Seen(counts, _repeated(hashes), tuple(preview))


def _shown(cells: Any) -> Sequence[str]:
    if isinstance(cells, np.ndarray):
        return ["" if np.isnan(value) else f"{value:.15g}" for value in cells]
    return cells.to_pylist()  # type: ignore[no-any-return]


def _repeated(hashes: "array[int]") -> int:
    """How many stand for a row that is there already."""
    ordered = np.frombuffer(hashes, np.uint64) if hashes else np.empty(0, np.uint64)
    ordered.sort()
    return int((ordered[1:] == ordered[:-1]).sum())


def _encode(
    columns: Sequence[Column], observed: Sequence[Observed], counts: Sequence[int], spool: Spool, work: Path
) -> dict[str, Array]:
    """The blocks of each kind, as trainer.columns describes them."""
    kinds = [column.kind for column in columns]
    values = _mapped(work / "numbers", FLOAT, sum(counts), kinds.count("number"))
    codes = _mapped(work / "codes", INDEX, sum(counts), kinds.count("category"))
    truths = _mapped(work / "booleans", TRUTH, sum(counts), kinds.count("boolean"))
    lookups = [
        column.lookup() if kind == "category" else column.truths() if kind == "boolean" else None
        for column, kind in zip(observed, kinds, strict=True)
    ]
    spool.rewind()
    start = 0
    for count in counts:
        end, number, category, boolean = start + count, 0, 0, 0
        for kind, lookup in zip(kinds, lookups, strict=True):
            seen, places = spool.get(FLOAT, count), spool.get(CODE, count)
            if kind == "number":
                values[start:end, number] = np.nan if seen is None else seen
                number += 1
            elif lookup is not None and kind == "boolean":
                truths[start:end, boolean] = lookup[places]
                boolean += 1
            elif lookup is not None:
                codes[start:end, category] = lookup[places]
                category += 1
        start = end
    arrays = {"numbers": values, "categories": codes, "booleans": truths}
    return {name: array for name, array in arrays.items() if array.shape[1]}


def _mapped(path: Path, dtype: np.dtype[Any], rows: int, columns: int) -> Array:
    if rows * columns == 0:
        return np.empty((rows, columns), dtype)
    return mapped.new(path, dtype, (rows, columns))


def _spellings(observed: Sequence[Observed]) -> list[Problem]:
    said = sorted({spelling for column in observed for spelling in column.spellings} - {""})
    return [problem("missing_spellings", spellings=", ".join(f"“{spelling}”" for spelling in said))] if said else []
