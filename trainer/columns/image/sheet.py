"""Pictures of some rows on one sheet, which we draw ourselves from decoded pixels."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from trainer.columns.image import Column
from trainer.data.prepared import Array

if TYPE_CHECKING:
    from trainer.importing.kind import Table

ENOUGH = 4  # pixels of a large picture, a side, for one of its cell: the others are left out before it is resized


def draw(path: Path, column: Column, table: "Table", rows: Sequence[int], width: int, cell: int) -> None:
    """Write these rows as PNG, ``width`` side by side, each in a square of ``cell`` pixels."""
    pixels = table.own_values(column)
    sheet = Image.new("RGBA", (width * cell, -(-len(rows) // width) * cell), (0, 0, 0, 0))
    for at, row in enumerate(rows):
        paste(sheet, np.asarray(pixels[row]), at % width * cell, at // width * cell, cell)
    sheet.save(path, "PNG")


def paste(sheet: Image.Image, picture: Array, left: int, top: int, cell: int) -> None:
    """Put pixels [C, H, W] in the middle of the cell that begins there."""
    image = _fitted(picture, cell)
    sheet.paste(image, (left + (cell - image.width) // 2, top + (cell - image.height) // 2))


def _fitted(picture: Array, cell: int) -> Image.Image:
    """One picture at the size of a cell, its proportions kept; small ones enlarged without blur."""
    step = max(1, max(picture.shape[1:]) // (ENOUGH * cell))
    picture = np.ascontiguousarray(picture[:, ::step, ::step].transpose(1, 2, 0))
    image = Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture)
    scale = cell / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS)
