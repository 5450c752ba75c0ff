"""Rows from outside as batches for a model, and what of them was not understood. Shipped beside exports; it
needs NumPy alone.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from trainer.proving.raw_rows import STDIN, Row, quoted, read

Array = np.ndarray[Any, np.dtype[Any]]
Values = Array | list[Array]  # an array a row where rows differ in length


class RowsError(Exception):
    """The rows cannot be read; the message says why."""


@dataclass
class Notes:
    """What is to be told at the end: each matter of a column once, with how often it came and where first."""

    matters: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    unused: dict[str, None] = field(default_factory=dict)

    def add(self, column: str, matter: str, where: str) -> None:
        self.matters.setdefault((column, matter), [0, where])[0] += 1

    def keys(self, rows: Sequence[Row], names: frozenset[str]) -> None:
        """Note keys that the model does not take, and rows without one that it does."""
        for place, values in rows:
            if values.keys() != names:
                self.unused.update(dict.fromkeys(key for key in values if key and key not in names))
                for name in names - values.keys():
                    self.add(name, "rows have no such value, which counts as missing", f"in {place}")

    def tell(self) -> None:
        for (column, matter), (count, where) in self.matters.items():
            print(f"Column “{column}”: {count} {matter}, first {where}.", file=sys.stderr)
        if self.unused:
            print(f"Not used by the model: {quoted(self.unused)}.", file=sys.stderr)


def batches(
    path: Path,
    preprocess: dict[str, Any],
    size: int,
    notes: Notes | None = None,
    is_table: bool = False,
    encoding: str = "",
    longer: int = 0,
) -> Iterator[dict[str, Array]]:
    """The rows as the model takes them, ``size`` at a time: an array a block of columns. Raises RowsError.

    Rows that differ in length are padded by zeros to the longest, and by ``longer`` more; their lengths stand beside.
    """
    blocks, dialect, notes, last = preprocess["inputs"], preprocess["table"], notes or Notes(), ""
    names = [name for block in blocks for name in block["columns"]]
    folder = Path() if path == STDIN else path if path.is_dir() else path.parent
    try:
        rows = read(path, names, dialect, is_table, encoding)
        while some := list(islice(rows, size)):
            notes.keys(some, frozenset(names))
            yield one_batch(blocks, some, folder, notes, longer)
            last = some[-1][0]
        if not last:
            raise ValueError("it holds no rows.")
    except UnicodeError as error:
        codec = error.encoding if isinstance(error, UnicodeDecodeError) else encoding or dialect["encoding"]
        sentence = f"behind {last or 'line 0'} it is not in {codec}; save it as UTF-8, or name its --encoding."
        raise RowsError(f"{path} cannot be read: {sentence}") from error
    except (ValueError, OSError) as error:
        raise RowsError(f"{path} cannot be read: {error}") from error


def one_batch(
    blocks: Sequence[dict[str, Any]], rows: Sequence[Row], folder: Path, notes: Notes, longer: int
) -> dict[str, Array]:
    """Some rows: an array a block, and the lengths of those that differ in length."""
    batch: dict[str, Array] = {}
    for block in blocks:
        batch |= tensors(block, encoded(block, rows, folder, notes), longer)
    return batch


def tensors(block: dict[str, Any], values: Values, longer: int = 0) -> dict[str, Array]:
    """The values of a block as the model takes them."""
    return {block["name"]: values} if isinstance(values, np.ndarray) else padded(block, values, longer)


def encoded(block: dict[str, Any], rows: Sequence[Row], folder: Path, notes: Notes) -> Values:
    """One block, an array a row where rows differ in length; what is not understood is noted, and counts as missing."""
    cells = {name: [values.get(name) for _, values in rows] for name in block["columns"]}
    try:
        array, strange = read_cells(import_module(f"read_{block['kind']}"), list(cells.values()), block, folder)
    except (ValueError, OSError) as error:
        if len(rows) == 1:
            raise ValueError(f"{rows[0][0]}, column {quoted(block['columns'])}: {error}.") from error
        for row in rows:
            encoded(block, [row], folder, Notes())  # the first that cannot be read is named
        raise
    places = {name: enumerate(column) for name, column in cells.items()}
    for name, odd in strange:
        at = next((at for at, cell in places[name] if cell is odd), 0)
        notes.add(name, "values are not understood and count as missing", f"“{str(odd)[:80]}” in {rows[at][0]}")
    return array


def read_cells(
    reader: Any, cells: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[Values, list[tuple[str, Any]]]:
    """The cells of each column as the kind's ``reader`` reads them, and those that it does not understand."""
    array, strange = reader.read(cells, block, folder)
    if "lengths" in block:
        return [np.asarray(row, block["dtype"]) for row in array], strange
    return np.asarray(array, block["dtype"]), strange


def padded(block: dict[str, Any], rows: Sequence[Array], longer: int) -> dict[str, Array]:
    """Rows of different lengths as one tensor, and their lengths."""
    lengths = np.array([len(row) for row in rows], np.int64)
    values = np.zeros((len(rows), max(1, lengths.max()) + longer, *rows[0].shape[1:]), block["dtype"])
    for place, row in enumerate(rows):
        values[place, : len(row)] = row
    return {block["name"]: values, block["lengths"]: lengths}
