"""Yes or no from outside. Shipped beside exports; it needs NumPy alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """int64 [rows, columns] of the cells of each column: true and false, 1 and 0, or the column's own words, -1 for
    nothing and for anything else; and such cells with their columns.
    """
    texts = [["" if cell is None else str(cell).strip().casefold() for cell in cells] for cells in values]
    words = [
        {block["levels"][name][0]: 0, "false": 0, "0": 0, block["levels"][name][1]: 1, "true": 1, "1": 1}
        for name in block["columns"]
    ]
    codes = [[table.get(text, -1) for text in cells] for table, cells in zip(words, texts, strict=True)]
    strange = [
        (name, text)
        for name, cells, column in zip(block["columns"], texts, codes, strict=True)
        for text, code in zip(cells, column, strict=True)
        if code < 0 and text
    ]
    return np.array(codes, np.int64).T, strange
