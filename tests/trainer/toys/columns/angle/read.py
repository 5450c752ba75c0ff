"""Angles from outside."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[np.ndarray[Any, Any], list[Any]]:
    if any(cell is None for cells in values for cell in cells):
        raise ValueError("an angle cannot be missing")
    return np.array([[float(cell) for cell in cells] for cells in values], np.float32).T, []
