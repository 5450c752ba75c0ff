"""Arrays that are larger than memory may be, in files."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np


def new(path: Path, dtype: Any, shape: tuple[int, ...]) -> "np.memmap[Any, Any]":
    """A new array in a file, whose room is taken first: on a full disk this raises OSError, where a store would
    kill the process.
    """
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, math.prod(shape) * np.dtype(dtype).itemsize)
    return np.memmap(path, dtype=dtype, mode="r+", shape=shape)
