"""Columns of lists in a file: of JSON, or of words with something between them where somebody says so."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from trainer.columns import Column as BaseColumn
from trainer.columns import labels
from trainer.columns.labels import Column
from trainer.data.prepared import Array, own_name
from trainer.errors import TrainerError
from trainer.importing import kind, mapped, series
from trainer.importing.cells import GAP
from trainer.importing.forms import LONGEST_LEVEL
from trainer.importing.kind import Kept, profile_of
from trainer.importing.observed import Observed, Part
from trainer.importing.problems import Problem, problem
from trainer.importing.profile import FIRST_VALUES, ColumnProfile

JSON = "json"
MARKS = {"space": " "}
AUTO = (JSON, ";", "|", ",")
MOST_LABELS = 1000
QUOTED = re.compile(r"""'([^'\\]*)'|"([^"\\]*)\"""")
# As pandas writes a column of lists, or one of NumPy's arrays
PYTHON = re.compile(rf"\[(?:{QUOTED.pattern})(?:(?:, ?|\s+)(?:{QUOTED.pattern}))*\]")
NONE = "[]"  # whatever else stands between labels


class Candidate(kind.Candidate):
    """Keeps the cells as they are: what stands between labels is known at the end alone."""

    def __init__(self, observed: Observed, reading: labels.Reading | None = None) -> None:
        super().__init__(observed, reading)
        chosen = "auto" if reading is None else reading.separator
        marks = (JSON,) if reading is None else AUTO if chosen == "auto" else (MARKS.get(chosen, chosen),)
        self._levels: dict[str, dict[str, None]] = {mark: {} for mark in marks}  # by what may stand between them
        self._occurring: set[str] = set()
        self._places: dict[str, int] = {}

    def see(self, part: Part) -> Kept:
        """The cells, or None once nothing can stand between labels."""
        if not self._levels:
            return None
        is_present = part.read.kinds != GAP
        if JSON in self._levels and not series.begin(part.cells, ord("["))[is_present].all():
            del self._levels[JSON]
        if not self._levels:
            return None
        cells = part.cells.filter(series.mask(is_present)).unique().to_pylist()
        self._occurring |= {mark for mark in self._levels if mark == JSON or any(mark in cell for cell in cells)}
        for mark, levels in list(self._levels.items()):
            lists = [_split(cell, mark, is_chosen=self.reading is not None) for cell in cells]
            levels.update(dict.fromkeys(label for own in lists for label in own or ()))
            if None in lists or len(levels) > MOST_LABELS or max(map(len, levels), default=0) > LONGEST_LEVEL:
                del self._levels[mark]
                self._occurring -= {mark} & {JSON}
        return part.cells if self._levels else None

    def _mark(self) -> str | None:
        """What stands between labels: the first that any cell has; where none has any, each cell is a label."""
        marks = [mark for mark in self._levels if mark in self._occurring]
        if marks or self._occurring:
            return next(iter(marks), None)
        return next(iter(self._levels), None)

    def column(self) -> Column | None:
        """Raises TrainerError where somebody chose the kind and there are no lists of so few labels."""
        mark = self._mark()
        levels = tuple(sorted(self._levels[mark])) if mark is not None else ()
        if not levels and self.reading is not None:
            self.require_values()
            raise TrainerError(
                "kind_no_labels",
                "“%(column)s” cannot be read as labels: these are between one and %(most)s different words of at most "
                "%(longest)s letters. Choose what stands between them, or another kind for the column.",
                field="columns",
                column=self.observed.name,
                most=MOST_LABELS,
                longest=LONGEST_LEVEL,
            )
        if not levels:
            return None
        self._places = {level: place for place, level in enumerate(levels)}
        return Column(name=self.observed.name, missing=self.observed.missing, distinct=len(levels), levels=levels)

    def encoded(self, kept: Kept, count: int) -> Array:
        assert isinstance(kept, pa.StringArray)
        values, mark = np.zeros((count, len(self._places)), np.int8), self._mark() or JSON
        for row, cell in enumerate(kept.to_pylist()):
            own = None if cell in self.observed.gaps else _split(cell, mark, is_chosen=self.reading is not None)
            if own is None:
                values[row] = -1
            else:
                values[row, [self._places[label] for label in own]] = 1
        return values

    def problems(self, column: BaseColumn) -> Iterator[Problem]:
        if isinstance(column, Column):
            yield problem("lists", column=column.name, count=len(column.levels), value=column.levels[0])


def _split(cell: str, mark: str, *, is_chosen: bool) -> list[str] | None:
    """The labels of a cell; None where it is no list of them. Numbers of JSON are labels where somebody says so."""
    if cell == NONE:
        return []
    if mark != JSON:
        return [label for part in cell.split(mark) if (label := part.strip())]
    if not cell.startswith("["):
        return None
    try:
        values = json.loads(cell)
    except (ValueError, RecursionError):
        values = [single or double for single, double in QUOTED.findall(cell)] if PYTHON.fullmatch(cell) else None
    if values is None:
        return None
    if not all(_is_label(value, is_chosen) for value in values):
        return None
    return [label for value in values if value is not None and (label := str(value).strip())]


def _is_label(value: Any, is_chosen: bool) -> bool:
    """Nothing is none, and no reason to take the list for something else."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value is None or isinstance(value, str) or (is_chosen and is_number)


class Writer:
    """An array [rows, labels] a column."""

    def __init__(self, columns: Sequence[Column], rows: int, folder: Path) -> None:
        self._names = [column.name for column in columns]
        self._arrays = [
            mapped.new(folder / f"labels-{place}", np.int8, (rows, len(column.levels)))
            for place, column in enumerate(columns)
        ]

    def write(self, place: int, start: int, values: Any) -> None:
        self._arrays[place][start : start + len(values)] = values

    def arrays(self) -> dict[str, Array]:
        return {own_name(name): array for name, array in zip(self._names, self._arrays, strict=True)}


class Import(kind.Import):
    order = 35
    candidate = Candidate

    def writer(self, columns: Sequence[BaseColumn], rows: int, folder: Path) -> Writer:
        return Writer([column for column in columns if isinstance(column, Column)], rows, folder)

    def described(
        self, columns: Sequence[BaseColumn], arrays: Mapping[str, Array], rows: int
    ) -> Iterator[tuple[BaseColumn, ColumnProfile]]:
        for column in columns:
            assert isinstance(column, Column)
            values = arrays[own_name(column.name)]
            counts = zip(column.levels, (values == 1).sum(axis=0).tolist(), strict=True)
            first = tuple(_shown(column.levels, row) for row in values[:FIRST_VALUES])
            yield column, profile_of(column, levels=tuple(sorted(counts, key=lambda item: -item[1])), first=first)


def _shown(levels: Sequence[str], row: Array) -> str:
    """No label is not nothing, which is what a row without a list has."""
    if (row == 0).all():
        return NONE
    return "; ".join(level for level, value in zip(levels, row.tolist(), strict=True) if value == 1)


IMPORT = Import()
