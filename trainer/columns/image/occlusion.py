"""Patches of a picture that are left out, to see what an answer owes to them."""

import math
from io import BytesIO

import numpy as np
from PIL import Image

from trainer.columns.image import Block
from trainer.data.prepared import Array
from trainer.trying.parts import Given, Part

PATCH = 4  # pixels of a side, where the picture is small
FEWEST, MOST = 4, 12  # patches along a side


def parts(given: Given, most: int) -> list[Part]:
    """The patches of a grid, line by line: ``place`` is left, top, right and bottom in pixels."""
    block = _block(given)
    _, height, width = block.shape
    across, down = _edges(width, most), _edges(height, most)
    return [
        Part(block.column, (left, top, right, bottom))
        for top, bottom in zip(down, down[1:], strict=False)
        for left, right in zip(across, across[1:], strict=False)
    ]


def without(given: Given, parts: list[Part]) -> Array:
    """The mean of the training pictures in place of each patch."""
    rows = np.repeat(np.asarray(given.row), len(parts), axis=0)
    mean = np.array(_block(given).mean, rows.dtype)[:, None, None]
    for picture, part in zip(rows, parts, strict=True):
        left, top, right, bottom = part.place
        picture[:, top:bottom, left:right] = mean
    return rows


def picture(given: Given) -> bytes:
    """What the model sees, as PNG."""
    (row,) = np.asarray(given.row).astype(np.uint8)
    image = Image.fromarray(row[0] if len(row) == 1 else np.ascontiguousarray(row.transpose(1, 2, 0)))
    image.save(buffer := BytesIO(), "PNG")
    return buffer.getvalue()


def _edges(size: int, most: int) -> list[int]:
    """Where patches begin and end along a side."""
    count = min(size, math.isqrt(most), max(FEWEST, min(MOST, size // PATCH)))
    edges: list[int] = np.linspace(0, size, count + 1).round().astype(int).tolist()
    return edges


def _block(given: Given) -> Block:
    assert isinstance(given.block, Block)
    return given.block
