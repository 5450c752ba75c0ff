"""Categories from outside. Shipped beside exports; it needs NumPy alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """int64 [rows, columns] of the cells of each column: the place of its text among the levels, -1 where it is nothing
    or unknown; and unknown cells with their columns.
    """
    texts = [[_text(cell) for cell in cells] for cells in values]
    tables = [{level: code for code, level in enumerate(block["levels"][name])} for name in block["columns"]]
    codes = [[table.get(text, -1) for text in cells] for table, cells in zip(tables, texts, strict=True)]
    strange = [
        (name, text)
        for name, cells, column in zip(block["columns"], texts, codes, strict=True)
        for text, code in zip(cells, column, strict=True)
        if code < 0 and text
    ]
    return np.array(codes, np.int64).T, strange


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    return "" if cell is None else str(cell).strip()
