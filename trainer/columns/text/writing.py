"""Lays columns of text in the prepared file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trainer.columns import Column
from trainer.data.prepared import Array, offsets_name, own_name
from trainer.importing import mapped, series

if TYPE_CHECKING:  # as in trainer.importing.kind
    import pyarrow as pa


class Writer:
    """Of each column the bytes of all cells in a file of ``folder``, and in one more file where each cell begins."""

    def __init__(self, columns: Sequence[Column], rows: int, folder: Path) -> None:
        self._names = [column.name for column in columns]
        self._paths = [folder / f"text-{place}" for place in range(len(columns))]
        self._starts = mapped.new(folder / "text-starts", np.int64, (len(columns), rows + 1))

    def write(self, place: int, start: int, values: "pa.StringArray") -> None:
        own, at = self._starts[place], series.starts(values)
        own[start + 1 : start + 1 + len(values)] = own[start] + (at[1:] - at[0])
        with self._paths[place].open("ab") as file:  # not kept open: there may be more columns than open files
            file.write(series.bytes_of(values)[at[0] : at[-1]].data)

    def arrays(self) -> dict[str, Array]:
        arrays: dict[str, Array] = {}
        for name, path, starts in zip(self._names, self._paths, self._starts, strict=True):
            size = int(starts[-1])
            arrays[own_name(name)] = np.memmap(path, np.uint8, "r", shape=(size,)) if size else np.empty(0, np.uint8)
            arrays[offsets_name(name)] = starts
        return arrays
