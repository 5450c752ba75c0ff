"""Yes or no from outside. Shipped beside exports; it needs NumPy alone."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.importing.words import cell as written
from trainer.importing.words import plain

GAP, UNKNOWN = -1, -2


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """int64 [rows, columns] of the cells of each column: true and false, 1 and 0, or the column's own words however
    they are written, -1 for nothing and for anything else; and such cells with their columns. Raises ValueError for a
    list or an object.
    """
    columns, strange = [], []
    for name, cells in zip(block["columns"], values, strict=True):
        absent, present = block["levels"][name]
        words = {"false": 0, "0": 0, "true": 1, "1": 1, absent: 0, present: 1}
        gaps = block.get("spelling", {}).get("missing", {}).get(name, ())
        codes = [_code(cell, words, gaps) for cell in cells]
        strange += [(name, cell) for cell, code in zip(cells, codes, strict=True) if code == UNKNOWN]
        columns.append([max(code, GAP) for code in codes])
    return np.array(columns, np.int64).T, strange


def _code(cell: Any, words: Mapping[str, int], gaps: Collection[str]) -> int:
    if isinstance(cell, list | dict):
        raise ValueError("a list or an object is neither yes nor no")
    text = f"{cell:.15g}" if isinstance(cell, float) and cell == cell else written(cell).strip()
    if not text or text in gaps:
        return GAP
    return words.get(plain(text).casefold(), UNKNOWN)
