"""Angles from outside."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[np.ndarray[Any, Any], list[Any]]:
    return np.array([[float(cell) for cell in cells] for cells in values], np.float32).T, []
