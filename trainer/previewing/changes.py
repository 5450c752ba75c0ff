"""The values that cleaning changes, before and after."""

from collections.abc import Iterator, Sequence

import numpy as np

from trainer import columns
from trainer.cleaning import CleaningSpec
from trainer.columns import Block
from trainer.data import cleaned
from trainer.data.prepared import Array, Indices
from trainer.data.rows import Rows
from trainer.previewing.report import Cell, ColumnChange, Statistics
from trainer.previewing.words import CUT, spoken

MOST_CELLS = 10  # of a column
EXCERPT = 160  # characters of a text
CONTEXT = 30  # of them before the first that changes


def of(steps: Sequence[CleaningSpec], data: Rows, rows: Indices) -> Iterator[ColumnChange]:
    """Columns in which cleaning changes a value of these rows, those that are left."""
    for block in data.blocks:
        names = [name for name in block.column_names if _is_taken(name, data, steps)]
        if names and block.lengths:
            yield from _of_texts(block, data, rows)
        elif names:
            yield from _of_values(block, names, data, rows)


def _is_taken(name: str, data: Rows, steps: Sequence[CleaningSpec]) -> bool:
    return any(step.takes(column) for step in steps for column in data.features if column.name == name)


def _of_values(block: Block, names: Sequence[str], data: Rows, rows: Indices) -> Iterator[ColumnChange]:
    values = columns.module_of(block, "values")
    gather = values.gatherer(block, data.prepared)
    before = np.concatenate([gather(piece) for piece in data.pieces(rows, len(rows))])
    after = values.cleaned(block, before)
    for place in (block.column_names.index(name) for name in names):
        was, now = before[:, place], after[:, place]
        differs = np.flatnonzero(cleaned.differences(was, now, block))
        if len(differs):
            words = [values.readable(block, place, column[differs[:MOST_CELLS]]) for column in (was, now)]
            yield ColumnChange(
                column=block.column_names[place],
                count=len(differs),
                before=_statistics(block, place, was),
                after=_statistics(block, place, now),
                cells=tuple(
                    Cell(row=int(rows[at]) + 1, before=before, after=after)
                    for at, before, after in zip(differs, *words, strict=False)
                ),
            )


def _statistics(block: Block, place: int, values: Array) -> Statistics:
    present = values[~cleaned.is_gap(values, block)]
    missing = len(values) - len(present)
    if not len(present):
        return Statistics(missing=missing)
    if values.dtype.kind == "f":
        least, middle, most = np.quantile(present, (0, 0.5, 1)).tolist()
        return Statistics(missing=missing, least=least, middle=middle, most=most)
    different, counts = np.unique(present, return_counts=True)
    (word,) = columns.module_of(block, "values").readable(block, place, different[[counts.argmax()]])
    return Statistics(missing=missing, frequent=word)


def _of_texts(block: Block, data: Rows, rows: Indices) -> Iterator[ColumnChange]:
    """One pass over the texts, of which memory holds some at a time."""
    before = next(fitted for step in data.value_steps[:1] for fitted in step.before if fitted.name == block.name)
    lengths: list[tuple[int, int]] = []
    cells: list[Cell] = []
    count = 0
    pairs = columns.module_of(block, "values").pairs(before, block, data.prepared, rows)
    for row, (was, now) in zip(rows.tolist(), pairs, strict=True):
        lengths.append((len(was), len(now)))
        if was != now:
            count += 1
            if len(cells) < MOST_CELLS:
                cells.append(_text_cell(row, was, now))
    if count:
        statistics = map(_statistics_of_lengths, np.array(lengths).T)
        yield ColumnChange(
            column=block.column_names[0],
            count=count,
            before=next(statistics),
            after=next(statistics),
            cells=tuple(cells),
        )


def _text_cell(row: int, before: str, after: str) -> Cell:
    """What stands around the first character that changes."""
    same = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(after))
    begin = max(0, same - CONTEXT) if same > CONTEXT + len(CUT) else 0
    return Cell(row=row + 1, before=_excerpt(before, begin), after=_excerpt(after, begin))


def _excerpt(text: str, begin: int) -> str:
    end = begin + EXCERPT
    return f"{CUT if begin else ''}{spoken(text[begin:end])}{CUT if end < len(text) else ''}"


def _statistics_of_lengths(lengths: Array) -> Statistics:
    """In characters, of texts that are there."""
    present = lengths[lengths > 0]
    middle, longest = np.quantile(present, (0.5, 1)).tolist() if len(present) else (None, None)
    return Statistics(missing=len(lengths) - len(present), characters=middle, most_characters=longest)
