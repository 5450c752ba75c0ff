"""Numbers from outside. Shipped beside exports; it needs NumPy alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

LARGEST = 1e33  # a larger number counts as missing: the model computes in float32


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """float32 [rows, columns] of the cells of each column: numbers, their text, or nothing, which is NaN as is what is
    no number; and such cells with their columns.
    """
    numbers = np.array([[_number(cell) for cell in cells] for cells in values], np.float32).T
    strange = [
        (name, cell)
        for place, (name, cells) in enumerate(zip(block["columns"], values, strict=True))
        for row, cell in enumerate(cells)
        if np.isnan(numbers[row, place]) and not _is_gap(cell)
    ]
    return numbers, strange


def _number(cell: Any) -> float:
    try:
        number = float(cell)
    except (TypeError, ValueError):
        return np.nan
    return number if abs(number) <= LARGEST else np.nan


def _is_gap(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and np.isnan(cell)) or not str(cell).strip()
