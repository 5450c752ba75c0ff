"""Rows on which exports are proved: stored raw rows as a stranger would hold them, the first also with gaps."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.columns import Block, Column, module_of
from trainer.data.prepared import Indices, Prepared
from trainer.proving.answering import Batch

GAP_ROWS = 256


def write_rows(
    prepared: Prepared, names: Sequence[str], rows: Indices, folder: Path, gaps: Sequence[Sequence[str]]
) -> Path:
    """The stored raw rows as a stranger would hold them: JSON Lines with the columns of these names,
    pictures in files beside.

    What is written comes from the prepared data, so that wrong codes are found out. At the end the first row stands
    some more times, each without the values of the columns that ``gaps`` names.
    """
    path = folder / "rows.jsonl"
    columns = [column for name in names if (column := prepared.summary.named(name)) is not None]
    pictures = folder / "pictures"
    pictures.mkdir()
    with path.open("w", encoding="utf-8") as file:
        first: dict[str, Any] = {}
        for number, row in enumerate(rows.tolist()):
            values = {
                column.name: _outside(column, prepared, row, pictures / f"{number}-{place}.npy")
                for place, column in enumerate(columns)
            }
            first = first or values
            file.write(json.dumps(values, ensure_ascii=False) + "\n")
        file.writelines(json.dumps({**first, **dict.fromkeys(gap)}, ensure_ascii=False) + "\n" for gap in gaps)
    return path


def _outside(column: Column, prepared: Prepared, row: int, path: Path) -> Any:
    value = module_of(column, "values").outside(column, prepared, row)
    if not isinstance(value, np.ndarray):
        return value
    np.save(path, value)
    return str(path.relative_to(path.parent.parent))


def gaps(blocks: Sequence[Block]) -> list[list[str]]:
    """Columns whose values are left out together, each of all that may be missing once: one by one, but several at a
    time where there are more than GAP_ROWS.
    """
    names = [name for block in blocks if block.gap is not None for name in block.column_names]
    return [names[start::GAP_ROWS] for start in range(min(len(names), GAP_ROWS))]


def with_gaps(row: Batch, blocks: Sequence[Block], gaps: Sequence[Sequence[str]]) -> Batch:
    """A raw row [1, …] once for each of the gaps, as the model is told of them."""
    rows = {name: np.repeat(values, len(gaps), axis=0) for name, values in row.items()}
    for block in blocks:
        for place, name in enumerate(block.column_names if block.gap is not None else ()):
            rows[block.name][[name in gap for gap in gaps], place] = block.gap
    return rows
