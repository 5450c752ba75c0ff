"""Numbers from outside, as numbers or as the import took their spellings. Shipped beside exports; it needs NumPy."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.importing.spelled import LARGEST, Number, plain_number, spelled_number
from trainer.importing.words import cell as written


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """float32 [rows, columns] of the cells of each column: numbers, their text, or nothing, which is NaN as is what is
    no number; and such cells with their columns. Raises ValueError for a list or an object.

    ``block["spelling"]`` tells how the file of the training rows wrote numbers: the columns with a decimal comma, what
    stood beside the numbers of a column, and the words for a missing one.
    """
    spelling, columns, strange = block.get("spelling", {}), [], []
    for name, cells in zip(block["columns"], values, strict=True):
        comma = name in spelling.get("decimal_comma", ())
        units, gaps = spelling.get("units", {}).get(name, ()), spelling.get("missing", {}).get(name, ())
        numbers = [_number(cell, comma, units, gaps) for cell in cells]
        strange += [(name, cell) for cell, number in zip(cells, numbers, strict=True) if number is None]
        columns.append([np.nan if number is None else number for number in numbers])
    return np.array(columns, np.float64).T.astype(np.float32), strange


def _number(cell: Any, comma: bool, units: Collection[str], gaps: Collection[str]) -> float | None:
    """The number, NaN for a gap, None for what is neither."""
    if isinstance(cell, list | dict):
        raise ValueError("a list or an object is no number")
    text = written(cell).strip()
    if not text or text in gaps:
        return np.nan
    if isinstance(cell, bool):
        return float(cell)
    number = float(cell) if isinstance(cell, float) else _spelled(text, comma and isinstance(cell, str), units)
    return None if number is None or abs(number) > LARGEST else number


def _spelled(text: str, comma: bool, units: Collection[str]) -> float | None:
    """What the text says, in one of the units or without one."""
    plain = plain_number(text, comma)
    number = spelled_number(text, comma) if plain is None else Number(plain)
    return None if number is None or (number.unit and number.unit not in units) else float(number.digits)
