"""Tables of text cells as prepared data: what kind each column is, then its numbers and codes.

The rows are read twice, some thousand at a time, so that memory stays flat however long the table is. The first reading
decides the kinds; the second writes the arrays into files of ``work``. Any format of rows and columns ends here.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from trainer.data import Array
from trainer.importing.cells import read as read_numbers
from trainer.importing.columns import Observed
from trainer.importing.parsed import Parsed
from trainer.importing.profile import Problem, problem
from trainer.importing.profile_tables import column_profiles
from trainer.summary import Column, DataSummary

PREVIEW_ROWS = 50
PREVIEW_CELLS = 20_000
PREVIEW_LENGTH = 200


@dataclass(frozen=True)
class Chunk:
    """Some rows, all as long as there are columns, and the line of the file that each starts in."""

    lines: Sequence[int]
    rows: Sequence[Sequence[str]]

    def columns(self) -> Iterator[list[str]]:
        """Column by column, cells without surrounding spaces."""
        return (list(map(str.strip, column)) for column in zip(*self.rows, strict=True))


def parse(names: Sequence[str], chunks: Callable[[], Iterator[Chunk]], work: Path, *, comma: bool = False) -> Parsed:
    """Read the table twice. ``comma``: numbers are written with a decimal comma."""
    observed = [Observed(name, comma, len(names)) for name in names]
    rows, duplicates, preview = _observe(observed, chunks())
    columns = [column.decided() for column in observed]
    arrays = _encode(columns, chunks(), rows, work, comma)
    profiles = column_profiles(columns, arrays)
    summary = DataSummary(kind="table", rows=rows, columns=tuple(
        column.model_copy(update={"distinct": profile.distinct}) for column, profile in zip(columns, profiles, strict=True)))
    problems = [found for column, kind in zip(observed, columns, strict=True) for found in column.problems(kind)]
    return Parsed(summary=summary, arrays=arrays, problems=(*problems, *_spellings(observed)), rows=preview,
                  duplicates=duplicates, columns=profiles)


def _observe(observed: Sequence[Observed], chunks: Iterator[Chunk]) -> tuple[int, int, tuple[tuple[str, ...], ...]]:
    """Number of rows, of rows that repeat an earlier one, and the first rows as they stand in the file."""
    hashes = array("Q")
    preview: list[tuple[str, ...]] = []
    shown = max(5, min(PREVIEW_ROWS, PREVIEW_CELLS // len(observed)))
    for chunk in chunks:
        for column, cells in zip(observed, chunk.columns(), strict=True):
            column.see(cells, chunk.lines)
        hashes.extend(map(_fingerprint, chunk.rows))
        preview.extend(tuple(cell[:PREVIEW_LENGTH] for cell in row) for row in chunk.rows[: shown - len(preview)])
    different = len(np.unique(np.frombuffer(hashes, dtype=np.uint64))) if hashes else 0
    return len(hashes), len(hashes) - different, tuple(preview)


def _fingerprint(row: Sequence[str]) -> int:
    """64 bits of a row; Python's own hash differs from process to process, and the profile must not."""
    text = "\x1f".join(row).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest())


def _encode(columns: Sequence[Column], chunks: Iterator[Chunk], rows: int, work: Path, comma: bool) -> dict[str, Array]:
    """``numbers`` and ``codes`` as trainer.data describes them."""
    kinds = [column.kind for column in columns]
    values = _spool(work / "numbers", np.float64, rows, kinds.count("number"))
    codes = _spool(work / "codes", np.int32, rows, kinds.count("category"))
    indices = [{level: index for index, level in enumerate(column.levels)} for column in columns]
    start = 0
    for chunk in chunks:
        end, number, category = start + len(chunk.rows), 0, 0
        for kind, index, cells in zip(kinds, indices, chunk.columns(), strict=True):
            if kind == "number":
                values[start:end, number] = read_numbers(cells, comma).values
                number += 1
            elif kind == "category":
                codes[start:end, category] = [index.get(cell, -1) for cell in cells]
                category += 1
        start = end
    return {"numbers": values, "codes": codes}


def _spool(path: Path, dtype: type, rows: int, columns: int) -> Array:
    if rows * columns == 0:
        return np.empty((rows, columns), dtype)
    return np.memmap(path, dtype=dtype, mode="w+", shape=(rows, columns))


def _spellings(observed: Sequence[Observed]) -> list[Problem]:
    said = sorted({spelling for column in observed for spelling in column.spellings} - {""})
    return [problem("missing_spellings", spellings=", ".join(f"“{spelling}”" for spelling in said))] if said else []
