"""Columns of which the file states that they hold words, or numbers: nothing is guessed from how they are spelled."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa

from trainer.columns import Column, constant, number
from trainer.data.prepared import Array
from trainer.importing import series
from trainer.importing.cells import GAP, INFINITE, LARGEST, NUMBER, TEXT, Read
from trainer.importing.columns import Observed

Stated = Literal["spelled", "words", "numbers"]
NO_TEXTS = series.of([])


class Words(Observed):
    """Texts, none of which is a number or says that a value is missing but the empty one."""

    GAPS: ClassVar[frozenset[str]] = frozenset({""})

    def _read(self, cells: pa.StringArray, places: Array | None) -> Read:
        return Read(np.full(len(cells), np.nan), np.where(series.are_empty(cells), GAP, TEXT).astype(np.uint8))


class Numbers(Observed):
    """Numbers, NaN where one is missing."""

    def __init__(self, name: str, comma: bool, columns: int) -> None:
        super().__init__(name, comma, columns)
        self._lowest, self._highest = np.inf, -np.inf

    def see(self, cells: Any, lines: Sequence[int]) -> tuple[Array | None, Array | None]:
        """Take note of float64 values; what to keep of them."""
        values = np.array(cells, np.float64)
        with np.errstate(invalid="ignore"):
            is_infinite = np.abs(values) > LARGEST
        kinds = np.where(is_infinite, INFINITE, np.where(np.isnan(values), GAP, NUMBER)).astype(np.uint8)
        values[is_infinite] = np.nan
        self._count(Read(values, kinds), NO_TEXTS, lines)
        if (kinds == NUMBER).any():
            self._lowest, self._highest = min(self._lowest, np.nanmin(values)), max(self._highest, np.nanmax(values))
        return values, None

    def decided(self) -> Column:
        missing = self._missing + self._infinite
        if self._lowest >= self._highest:
            return constant.Column(name=self.name, missing=missing, distinct=int(self._lowest == self._highest))
        return number.Column(name=self.name, missing=missing)


def observed(stated: Stated, name: str, comma: bool, columns: int) -> Observed:
    """What takes note of a column's values."""
    return {"spelled": Observed, "words": Words, "numbers": Numbers}[stated](name, comma, columns)
