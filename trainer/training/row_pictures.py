"""The pictures of rows in a report, all on one sheet: our own PNG of decoded pixels, no file that somebody sent."""

from collections.abc import Sequence
from pathlib import Path

from trainer.attempt.events import Output
from trainer.attempt.journal import Journal
from trainer.columns import Column, can_be_drawn, module_of
from trainer.data.rows import Rows
from trainer.report import SHEET, Block, Samples, Sheet

CELL = 96
MOST_COLUMNS = 4  # of pictures


def names(shown: Sequence[Column]) -> list[str]:
    """The columns whose values are drawn."""
    return [column.name for column in shown if can_be_drawn(column)]


def sheet(cells: int) -> Sheet | None:
    """One of so many pictures."""
    return Sheet(file=SHEET, cells=cells, cell=CELL) if cells else None


def write(folder: Path, journal: Journal, data: Rows, blocks: Sequence[Block]) -> None:
    """Draw the sheet of these blocks of a report, where one has any, and offer it."""
    for block in blocks:
        if isinstance(block, Samples) and block.sheet is not None:
            _draw(folder / "out" / SHEET, block, data)
            journal.write(Output(role="samples", path=f"out/{SHEET}", name=SHEET))


def _draw(path: Path, block: Samples, data: Rows) -> None:
    from PIL import Image  # most reports have no pictures

    assert block.sheet is not None
    by_name = {column.name: column for column in data.features}
    drawing = Image.new("RGBA", (CELL, block.sheet.cells * CELL), (0, 0, 0, 0))
    for sample in block.samples:
        for value in sample.values:
            if value.picture is not None:
                column = by_name[value.column]
                pixels = module_of(column, "values").outside(column, data.prepared, sample.row - 1)
                module_of(column, "sheet").paste(drawing, pixels, 0, value.picture * CELL, CELL)
    drawing.save(path, "PNG")
