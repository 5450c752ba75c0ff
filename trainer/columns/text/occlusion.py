"""Words of a text that are left out, to see what an answer owes to them."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from trainer.columns.text.spans import spans
from trainer.importing.words import cell
from trainer.proving.raw_batches import Values, read_cells
from trainer.trying.parts import Given, Part, joined
from trainer.trying.replies import Excess

MOST_TOKENS = 65_536  # that are counted


def parts(given: Given, most: int) -> list[Part]:
    """The words, neighbours together where there are many: ``place`` is where they begin and end in the text."""
    (column,) = given.block.column_names
    return joined([Part(column, span) for span in spans(_text(given))], most)


def excess(given: Given) -> Excess | None:
    """Where the text has more tokens than are read: how many, and how many are."""
    tokenizer = given.description["tokenizer"]
    longest: int = tokenizer["longest"]
    whole = {**given.description, "tokenizer": {**tokenizer, "longest": max(MOST_TOKENS, longest)}}
    (numbers,) = read_cells(_reader(), [[_text(given)]], whole, Path())[0]
    if len(numbers) <= longest:
        return None
    (column,) = given.block.column_names
    return Excess(column=column, tokens=len(numbers), read=longest, part=tokenizer["keep"])


def without(given: Given, parts: list[Part]) -> Values:
    """The text without each, as it is read."""
    text = _text(given)
    cells = [_cut(text, *part.place) for part in parts]
    return read_cells(_reader(), [cells], given.description, Path())[0]


def _reader() -> ModuleType:
    return import_module(f"{__name__.rpartition('.')[0]}.read")


def _cut(text: str, begin: int, end: int) -> str:
    """Without this, and with one space where there were two around it: the double one would be news to the model."""
    before, after = text[:begin], text[end:]
    is_doubled = (not before or before[-1].isspace()) and after[:1].isspace()
    return before + (after[1:] if is_doubled else after)


def _text(given: Given) -> str:
    (column,) = given.block.column_names
    return cell(given.cells.get(column))
