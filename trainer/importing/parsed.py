"""What a format's reader hands on: the arrays of the prepared file and what it noticed on the way."""

from dataclasses import dataclass, field

from trainer.data import Array
from trainer.importing.profile import ColumnProfile, Problem
from trainer.summary import DataSummary


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """``arrays`` as trainer.data describes them (memory maps where they may be large).

    ``checks`` are the codes of the problems that were looked for. ``rows``, ``duplicates`` and ``columns`` are for
    tables; the profile of pictures is made from the arrays.
    """

    summary: DataSummary
    arrays: dict[str, Array]
    problems: tuple[Problem, ...] = ()
    checks: frozenset[str] = field(default=frozenset())
    rows: tuple[tuple[str, ...], ...] = ()
    duplicates: int = 0
    columns: tuple[ColumnProfile, ...] = ()
