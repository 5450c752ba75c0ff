"""Tracks from outside: lists of numbers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[list[np.ndarray[Any, Any]], list[Any]]:
    (tracks,) = values
    return [np.array(track, np.float32) for track in tracks], []
