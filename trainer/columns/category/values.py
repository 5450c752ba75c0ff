"""Codes of the prepared file."""

from collections.abc import Sequence

import numpy as np

from trainer.columns import Filling, Gatherer, gaps_of
from trainer.columns.category import Block, Column, Folding
from trainer.data.prepared import Array, Indices, Prepared


def blocks(columns: Sequence[Column], prepared: Prepared, train: Indices) -> list[Block]:
    """One block of all columns."""
    names, levels = tuple(column.name for column in columns), tuple(column.levels for column in columns)
    return [Block(columns=names, levels=levels, gaps=gaps_of(columns))]


def filled(block: Block, names: Sequence[str], by: Filling, flag: bool, prepared: Prepared, train: Indices) -> Block:
    """With the most frequent level of the training rows for a missing value of these columns."""
    codes, fill = gatherer(block, prepared)(train), list(block.fill or (-1,) * len(block.columns))
    flagged = set(block.flagged)
    codes = _joined(block, codes)
    for place in (place for place, name in enumerate(block.columns) if name in names):
        counts = np.bincount(codes[codes[:, place] >= 0, place], minlength=1)
        fill[place] = int(counts.argmax()) if counts.any() else -1
        flagged.discard(place)
        flagged |= {place} if flag and (codes[:, place] < 0).any() else set()
    return block.model_copy(update={"fill": tuple(fill), "flagged": tuple(sorted(flagged))})


def cleaned(block: Block, values: Array) -> Array:
    """int64 [B, columns]: filled and joined as cleaning said, of levels that are one the first."""
    return _joined(block, np.where(values < 0, block.fill, values) if block.fill else values)


def folded(block: Block, names: Sequence[str], trim: bool, fold: bool) -> Block:
    """With the levels of these columns joined that do not differ but in this."""
    folding = {name: Folding(trim=trim, fold=fold) for name in block.columns if name in names}
    return block.model_copy(update={"folding": {**block.folding, **folding}})


def _joined(block: Block, codes: Array) -> Array:
    """The codes int64 [B, columns] with the first of those levels that are one in place of each."""
    if not block.folding:
        return codes
    firsts = [np.array([*map(numbers.index, numbers), -1]) for numbers in block.joined]  # -1 stays what it is
    return np.stack([first[codes[:, place]] for place, first in enumerate(firsts)], axis=1)


def readable(block: Block, place: int, values: Array) -> list[str | None]:
    """The levels; None where one is missing."""
    return [None if code < 0 else block.levels[place][code] for code in values.tolist()]


def gatherer(block: Block, prepared: Prepared) -> Gatherer:
    """int64 [B, columns]."""
    codes = prepared.gatherer_of_block("categories", prepared.places_of(block.kind, block.columns))
    return lambda rows: codes(rows).astype(np.int64)


def targets(column: Column, prepared: Prepared, encoding: str) -> tuple[Array, tuple[str, ...]]:
    """As classes int64 [N], as a label int8 [N]; -1 where a value is missing."""
    (place,) = prepared.places([column])
    codes = np.asarray(prepared.array("categories")[:, place]).astype(np.int64)
    if encoding == "class":
        return codes, column.levels
    return np.where(codes < 0, -1, codes == column.present_level).astype(np.int8), ()


def outside(column: Column, prepared: Prepared, row: int) -> str | None:
    """The level; None where it is missing."""
    (place,) = prepared.places([column])
    code = int(prepared.array("categories")[row, place])
    return None if code < 0 else column.levels[code]
