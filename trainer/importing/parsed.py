"""What a format's reader hands on: the arrays of the prepared file and what it noticed on the way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from trainer.columns import Column
from trainer.data.prepared import Array, own_name
from trainer.data.summary import DataSummary
from trainer.importing.archives import Source
from trainer.importing.problems import Problem, problem
from trainer.importing.profile import ColumnProfile

NAMED = 5


@dataclass(frozen=True)
class LeftOut:
    """A file or a row that is not among the data: what it is called, and why, as an English word or two."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """``arrays`` as trainer.data.prepared describes them (memory maps where they may be large).

    ``checks`` are the codes of the problems that were looked for. ``rows``, the first as they stand in the file, and
    ``columns``, the profiles, are for tables.
    """

    summary: DataSummary
    arrays: dict[str, Array]
    problems: tuple[Problem, ...] = ()
    checks: frozenset[str] = field(default=frozenset())
    rows: tuple[tuple[str, ...], ...] = ()
    duplicates: int = 0
    columns: tuple[ColumnProfile, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def block_values(self, column: Column, block: str) -> Array:
        """The values of one column of a kind that lies in one block."""
        return np.asarray(self.arrays[block][:, self._places[column.name]])

    def own_values(self, column: Column) -> Array:
        return self.arrays[own_name(column.name)]

    @cached_property
    def _places(self) -> dict[str, int]:
        """Of each column among those of its kind; looked for one by one, they would take the square of the columns."""
        counts: Counter[str] = Counter()
        places = {}
        for column in self.summary.columns:
            places[column.name] = counts[column.kind]
            counts[column.kind] += 1
        return places


def beside(parsed: Parsed, others: Sequence[Source]) -> Parsed:
    """With the files of the upload that are no part of the table."""
    if not others:
        return parsed
    names = ", ".join(source.name for source in others[:NAMED])
    return replace(
        parsed,
        problems=(*parsed.problems, problem("other_files", count=len(others), names=names)),
        left_out=(*parsed.left_out, *(LeftOut(source.name, "no part of the table") for source in others)),
    )
