"""Words of a text that are left out, to see what an answer owes to them."""

from importlib import import_module
from pathlib import Path

from trainer.columns.text.spans import spans
from trainer.importing.words import cell
from trainer.proving.raw_batches import Values, read_cells
from trainer.trying.parts import Given, Part, joined


def parts(given: Given, most: int) -> list[Part]:
    """The words, neighbours together where there are many: ``place`` is where they begin and end in the text."""
    (column,) = given.block.column_names
    return joined([Part(column, span) for span in spans(_text(given))], most)


def without(given: Given, parts: list[Part]) -> Values:
    """The text without each, as it is read."""
    text = _text(given)
    cells = [_cut(text, *part.place) for part in parts]
    reader = import_module(f"{__name__.rpartition('.')[0]}.read")
    return read_cells(reader, [cells], given.description, Path())[0]


def _cut(text: str, begin: int, end: int) -> str:
    """Without this, and with one space where there were two around it: the double one would be news to the model."""
    before, after = text[:begin], text[end:]
    is_doubled = (not before or before[-1].isspace()) and after[:1].isspace()
    return before + (after[1:] if is_doubled else after)


def _text(given: Given) -> str:
    (column,) = given.block.column_names
    return cell(given.cells.get(column))
