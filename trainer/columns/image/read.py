"""Pictures from outside. Shipped beside exports; it needs NumPy alone, and Pillow for files of pictures."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

ARRAYS = ".npy"


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """float32 [rows, C, H, W] of one column: the path of a picture or the bytes of its file, which become pixels as in
    the import, or pixels from 0 to 255 as arrays, nested lists, or the path of an .npy file with them. Paths may start
    from ``folder``. Raises ValueError for another shape or what is no picture, OSError for a file that is not there.
    """
    return np.stack([_pixels(cell, block, folder) for cell in values[0]]).astype(np.float32), []


def _pixels(cell: Any, block: dict[str, Any], folder: Path) -> np.ndarray[Any, Any]:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        raise ValueError("there is no picture, and the model needs one in every row")
    if isinstance(cell, bytes):
        return _decoded(BytesIO(cell), "the file", block)
    if isinstance(cell, str) and not cell.strip().lower().endswith(ARRAYS):
        path = folder / cell.strip().replace("\\", "/")
        path.stat()  # a file that is not there is no broken one
        return _decoded(path, f"“{path.name}”", block)
    shape = tuple(block["shape"][1:])
    pixels = _of_array(folder / cell.strip()) if isinstance(cell, str) else np.asarray(cell)
    is_right = pixels.shape == shape and pixels.dtype.kind in "iu" and (pixels >= 0).all() and (pixels <= 255).all()
    if not is_right:
        raise ValueError(
            f"a picture is whole numbers from 0 to 255 in the shape {list(shape)} (channels, height, width), and one "
            f"has {pixels.dtype} in {list(pixels.shape)}"
        )
    return pixels


def _decoded(source: Path | BytesIO, name: str, block: dict[str, Any]) -> np.ndarray[Any, Any]:
    """As the import does it, by the same code; ``name`` stands for the file in a sentence."""
    try:  # those who give arrays need no Pillow
        from trainer.columns.image.decoding import BrokenPictureError, Canvas, decoded
    except ImportError as error:
        raise ValueError(
            f"{name} is read by Pillow 11.3 or newer, which is not installed: pip install --upgrade pillow"
        ) from error
    channels, height, width = block["shape"][1:]
    decoding = block["decoding"]
    depth = decoding["deep"]
    canvas = Canvas(
        "L" if channels == 1 else "RGB", width, height, decoding["other_proportions"], depth["black"], depth["white"]
    )
    try:
        return decoded(source, canvas)
    except BrokenPictureError as error:
        reason = str(error).partition(" <")[0]  # Pillow names the address of a file that has no path
        raise ValueError(f"{name} is no picture that can be read: {reason}") from error


def _of_array(path: Path) -> np.ndarray[Any, Any]:
    try:
        return np.load(path, allow_pickle=False)  # type: ignore[no-any-return]
    except ValueError as error:
        raise ValueError(f"“{path.name}” is no .npy file") from error
