"""Texts from outside. Shipped beside exports; it needs NumPy alone, and ``tokenizers`` where that library made them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.columns.text.tokens import tokens
from trainer.importing.words import cell as written


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[list[np.ndarray[Any, Any]], list[Any]]:
    """int64 [tokens] of each row of one column; a missing text is an empty one. Raises ValueError for what is no
    text.
    """
    missing = frozenset(block["spelling"]["missing"])
    numbers, lengths = tokens([_text(cell, missing) for cell in values[0]], block)
    return np.split(numbers, np.cumsum(lengths)[:-1]), []


def _text(cell: Any, missing: frozenset[str]) -> str:
    if cell is not None and (isinstance(cell, bool) or not isinstance(cell, str | int | float)):
        raise ValueError(f"a text is needed, and one is {type(cell).__name__}")
    text = written(cell)
    stripped = text.strip()
    return "" if not stripped or stripped in missing else text
