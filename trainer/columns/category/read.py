"""Categories from outside. Shipped beside exports; it needs NumPy alone."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.importing.words import cell as written
from trainer.importing.words import folded, plain

GAP, UNKNOWN = -1, -2


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """int64 [rows, columns] of the cells of each column: the place of its text, or of one that looks like it, among the
    levels, -1 where it is nothing or unknown; and unknown cells with their columns. Raises ValueError for an unknown
    list or object.
    """
    columns, strange = [], []
    for name, cells in zip(block["columns"], values, strict=True):
        table = {level: code for code, level in enumerate(block["levels"][name])}
        gaps = block.get("spelling", {}).get("missing", {}).get(name, ())
        folding = block.get("folding", {}).get(name)
        alike = {folded(level, **folding): code for level, code in table.items()} if folding else {}
        codes = [_code(cell, table, gaps) for cell in cells]
        if folding:
            codes = [
                alike.get(folded(written(cell), **folding), code) if code == UNKNOWN else code
                for cell, code in zip(cells, codes, strict=True)
            ]
        strange += [(name, cell) for cell, code in zip(cells, codes, strict=True) if code == UNKNOWN]
        columns.append([max(code, GAP) for code in codes])
    return np.array(columns, np.int64).T, strange


def _code(cell: Any, table: Mapping[str, int], gaps: Collection[str]) -> int:
    text = written(cell).strip()
    if isinstance(cell, int | float) and not isinstance(cell, bool) and text and text not in table:
        text = f"{cell:.15g}"  # as an import writes the numbers of a column that somebody made categories
    if text in table:
        return table[text]
    if not text or text in gaps:
        return GAP
    if isinstance(cell, list | dict):
        raise ValueError("a list or an object is no category")
    return table.get(plain(text), UNKNOWN)
