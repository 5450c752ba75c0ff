"""The blocks of columns that a model takes."""

from collections.abc import Sequence

from trainer import columns
from trainer.columns import Block, Column
from trainer.data.prepared import Indices, Prepared


def fit(features: Sequence[Column], prepared: Prepared, train: Indices) -> tuple[Block, ...]:
    """Those of each kind, in the order in which the kinds first appear; what they know of values is
    of the training rows."""
    by_kind: dict[str, list[Column]] = {}
    for column in features:
        by_kind.setdefault(column.kind, []).append(column)
    several = (columns.module_of(own[0], "values").blocks(own, prepared, train) for own in by_kind.values())
    return tuple(block for blocks in several for block in blocks)
