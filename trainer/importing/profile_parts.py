"""The division into parts that data bring, as their profile says it."""

from collections.abc import Iterator

import numpy as np

from trainer.columns import category
from trainer.data.partition import PARTS, parts_of, split_column
from trainer.importing.parsed import Parsed
from trainer.importing.problems import Problem, problem


def division(parsed: Parsed) -> Iterator[Problem]:
    """How many rows the column of parts gives to each."""
    name = split_column(parsed.summary)
    column = parsed.summary.named(name) if name is not None else None
    if isinstance(column, category.Column):
        codes = parsed.block_values(column, "categories")
        counts, of_levels = dict.fromkeys(PARTS, 0), np.bincount(codes[codes >= 0], minlength=len(column.levels))
        for part, count in zip(parts_of(column), of_levels, strict=True):
            counts[str(part)] += int(count)
        yield problem("given_split", column=column.name, **counts)
