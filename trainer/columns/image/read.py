"""Pictures from outside. Shipped beside exports; it needs NumPy alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """float32 [rows, C, H, W] of one column: pixels from 0 to 255 as arrays or nested lists, or the path of an .npy
    file with them, which may start from ``folder``; there is nothing that could be misread. Raises ValueError for
    another shape, OSError for a file that is not there.
    """
    shape = tuple(block["shape"][1:])
    return np.stack([_pixels(cell, shape, folder) for cell in values[0]]).astype(np.float32), []


def _pixels(cell: Any, shape: tuple[int, ...], folder: Path) -> np.ndarray[Any, Any]:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        raise ValueError("there is no picture, and the model needs one in every row")
    pixels = _of_file(folder / cell.strip()) if isinstance(cell, str) else np.asarray(cell)
    is_right = pixels.shape == shape and pixels.dtype.kind in "iu" and (pixels >= 0).all() and (pixels <= 255).all()
    if not is_right:
        raise ValueError(
            f"a picture is whole numbers from 0 to 255 in the shape {list(shape)} (channels, height, width), and one "
            f"has {pixels.dtype} in {list(pixels.shape)}"
        )
    return pixels


def _of_file(path: Path) -> np.ndarray[Any, Any]:
    try:
        return np.load(path, allow_pickle=False)  # type: ignore[no-any-return]
    except ValueError as error:
        raise ValueError(f"“{path.name}” is no .npy file; preprocess.json tells how pictures become one") from error
