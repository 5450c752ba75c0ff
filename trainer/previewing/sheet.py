"""Pictures as augmentation varies them, beside their originals."""

from pathlib import Path

import numpy as np
from PIL import Image

from trainer.data.prepared import Array
from trainer.data.rows import Rows
from trainer.data.variation import Variation
from trainer.previewing.report import Sheet
from trainer.specs.train import TrainSpec

ROWS, VARIANTS = 5, 5
CELL, GAP = 72, 4  # pixels of a picture's longer side, and between pictures


def draw(path: Path, data: Rows, spec: TrainSpec) -> Sheet | None:
    """Write the sheet of some training rows in as many epochs; nothing where no pictures vary."""
    varied = {column.name for column in data.features for step in spec.augmentation if step.takes(column)}
    block = next((block for block in data.blocks if not block.lengths and varied.issuperset(block.column_names)), None)
    if block is None:
        return None
    part = data.parts.train[np.linspace(0, len(data.parts.train) - 1, min(ROWS, len(data.parts.train))).astype(int)]
    lines = [data.batch(part)] + [
        data.batch(part, variation=Variation(spec.augmentation, spec.seed, epoch)) for epoch in range(VARIANTS)
    ]
    cells = [[_picture(line[block.name][row].numpy()) for line in lines] for row in range(len(part))]
    _sheet(cells).save(path, "PNG")
    return Sheet(rows=len(part), variants=VARIANTS)


def _sheet(cells: list[list[Image.Image]]) -> Image.Image:
    width, height = cells[0][0].size
    sheet = Image.new("RGBA", (len(cells[0]) * (width + GAP) - GAP, len(cells) * (height + GAP) - GAP), (0, 0, 0, 0))
    for down, line in enumerate(cells):
        for across, picture in enumerate(line):
            sheet.paste(picture, (across * (width + GAP), down * (height + GAP)))
    return sheet


def _picture(pixels: Array) -> Image.Image:
    """Of pixels [C, H, W]."""
    picture = Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0)))
    scale = CELL / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS)
