"""Columns of one kind that lie side by side in one array of the prepared file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from trainer.data.prepared import Array
from trainer.importing import mapped

VALUES = 8 * 1024 * 1024  # that are read at once


class BlockWriter:
    """Lays columns in an array [rows, columns] in a file of ``folder``."""

    def __init__(self, name: str, dtype: Any, rows: int, columns: int, folder: Path) -> None:
        self._name, is_empty = name, rows * columns == 0
        self._block = (
            np.empty((rows, columns), dtype) if is_empty else mapped.new(folder / name, dtype, (rows, columns))
        )

    def write(self, place: int, start: int, values: Array) -> None:
        self._block[start : start + len(values), place] = values

    def arrays(self) -> dict[str, Array]:
        return {self._name: self._block}


def columns_of(block: Array) -> Iterator[Array]:
    """Columns one by one, read from the file some at a time so that memory stays flat."""
    rows, columns = block.shape
    width = max(1, VALUES // max(1, rows))
    for start in range(0, columns, width):
        yield from np.ascontiguousarray(block[:, start : start + width].T)
