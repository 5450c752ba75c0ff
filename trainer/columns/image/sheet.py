"""Pictures of some rows on one sheet, which we draw ourselves from decoded pixels."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from trainer.columns.image import Column
from trainer.data.prepared import Array
from trainer.importing.kind import Table


def draw(path: Path, column: Column, table: Table, rows: Sequence[int], width: int, cell: int) -> None:
    """Write these rows as PNG, ``width`` side by side, each in a square of ``cell`` pixels."""
    pixels = table.own_values(column)
    sheet = Image.new("RGBA", (width * cell, -(-len(rows) // width) * cell), (0, 0, 0, 0))
    for at, row in enumerate(rows):
        picture = _fitted(np.asarray(pixels[row]), cell)
        left, top = at % width * cell, at // width * cell
        sheet.paste(picture, (left + (cell - picture.width) // 2, top + (cell - picture.height) // 2))
    sheet.save(path, "PNG")


def _fitted(picture: Array, cell: int) -> Image.Image:
    """One picture at the size of a cell, its proportions kept; small ones enlarged without blur."""
    image = Image.fromarray(picture[0] if len(picture) == 1 else np.ascontiguousarray(picture.transpose(1, 2, 0)))
    scale = cell / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS)
