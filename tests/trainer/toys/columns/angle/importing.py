"""Angles in a file: 90° and 270°."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from trainer.columns.angle import Column  # type: ignore[import-not-found]
from trainer.columns.angle.sentences import SUFFIX  # type: ignore[import-not-found]

from trainer.columns import Column as BaseColumn
from trainer.data.prepared import Array
from trainer.importing import kind
from trainer.importing.blocks import BlockWriter, columns_of
from trainer.importing.kind import Kept, Table, profile_of
from trainer.importing.observed import Observed, Part
from trainer.importing.problems import Problem, problem
from trainer.importing.profile import ColumnProfile

BLOCK = "angles"
ANGLE = re.compile(r"[0-9.]+" + SUFFIX)


class Candidate(kind.Candidate):
    """Keeps the cells as they are until the end, to show that this can be had."""

    def __init__(self, observed: Observed, reading: Any = None) -> None:
        super().__init__(observed, reading)
        self._is_angle = True

    def see(self, part: Part) -> Kept:
        self._is_angle = self._is_angle and all(map(ANGLE.fullmatch, part.cells.to_pylist()))
        return part.cells if self._is_angle else None

    def column(self) -> BaseColumn | None:
        return Column(name=self.observed.name) if self._is_angle else None

    def encoded(self, kept: Kept, count: int) -> Array:
        assert isinstance(kept, pa.StringArray)
        return np.array([float(cell.removesuffix(SUFFIX)) for cell in kept.to_pylist()])


class Import(kind.Import):
    order = 5  # before numbers, to which ° is a unit
    candidate = Candidate

    def writer(self, columns: Sequence[BaseColumn], rows: int, folder: Path) -> BlockWriter:
        return BlockWriter(BLOCK, np.float64, rows, len(columns), folder)

    def described(
        self, columns: Sequence[BaseColumn], arrays: Mapping[str, Array], rows: int
    ) -> Iterator[tuple[BaseColumn, ColumnProfile]]:
        for column, values in zip(columns, columns_of(arrays[BLOCK]), strict=True):
            counted = column.model_copy(update={"distinct": len(np.unique(values))})
            yield counted, profile_of(counted, minimum=float(values.min()), maximum=float(values.max()))

    def problems(self, table: Table) -> Iterator[Problem]:
        for column in table.summary.columns:
            if isinstance(column, Column) and table.block_values(column, BLOCK).max() > 360:
                yield problem("turns", column=column.name)


IMPORT = Import()
