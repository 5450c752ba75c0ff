"""What an import asks of a kind of column.

A kind answers in the module ``importing`` of its folder, with an ``IMPORT``; sentences that it alone says stand in its
``sentences``, as those of all stand in trainer.importing.sentences.

A table is read some thousand rows at a time, and as a rule once. Of each column there is a ``Candidate`` of each kind
that could take it; it sees all cells part by part and says what to keep of them in a file until the end. Then the
candidates are asked in the kinds' order whether the column is theirs; the first that takes it encodes what it kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias

from trainer import columns as kinds
from trainer.columns import Column
from trainer.data.prepared import Array
from trainer.data.summary import DataSummary
from trainer.errors import TrainerError
from trainer.importing.problems import Problem
from trainer.importing.profile import ColumnProfile, Counts, Unread
from trainer.importing.stated import Stated

if TYPE_CHECKING:  # Arrow starts threads, so that the process which inspections are forked from does not load it
    import pyarrow as pa

    from trainer.importing.observed import Observed, Part

# Of some cells until the end: an array, the cells as they are, or nothing.
Kept: TypeAlias = "Array | pa.StringArray | None"


class Candidate:
    """One column as a kind would have it. ``reading`` is there where somebody chose the kind; then no other is asked,
    and ``column`` may raise TrainerError where the values do not allow it.
    """

    stated: ClassVar[frozenset[Stated]] = frozenset({"spelled", "words"})  # of what columns it is asked unless chosen
    reads_numbers: ClassVar[bool] = False  # whether it needs to know which cells are numbers
    tells_gaps: ClassVar[bool] = True  # whether it is worth a sentence that values are missing

    def __init__(self, observed: "Observed", reading: Any = None) -> None:
        self.observed, self.reading = observed, reading

    def require_values(self) -> None:
        """Raises TrainerError where all cells are missing, of which a choice could make nothing."""
        if not self.observed.present:
            raise TrainerError(
                "kind_all_missing",
                "“%(column)s” has no value, so that no kind can be chosen for it but to leave it out.",
                field="columns",
                column=self.observed.name,
            )

    def see(self, part: "Part") -> Kept:
        """Take note of some more cells; what to keep of them."""
        return None

    @property
    def needs_cells(self) -> bool:
        """Whether it did not keep all that it takes to encode the column: then the rows are read once more, and the
        cells as they stand in the file come in place of what was kept."""
        return False

    def column(self) -> Column | None:
        """The column, now that all was seen; None where it is of another kind."""
        raise NotImplementedError

    def encoded(self, kept: Kept, count: int) -> Any:
        """What was kept of so many cells as the kind's writer takes it."""
        raise NotImplementedError

    def unread(self) -> Unread | None:
        """The cells that are not empty and count as missing, where this kind takes the column."""
        return None

    def problems(self, column: Column) -> Iterable[Problem]:
        """What the cells give reason to say, now that the column is known; it may be of another kind."""
        return ()


class Writer(Protocol):
    """Lays the columns of one kind in the prepared file."""

    def write(self, place: int, start: int, values: Any) -> None:
        """The values of some rows from ``start`` on, of the column at this place among those of the kind."""

    def arrays(self) -> dict[str, Array]:
        """By name, as trainer.data.prepared says; memory maps where they may be large."""


class Table(Protocol):
    """What is known of a table once its arrays are there."""

    @property
    def summary(self) -> DataSummary: ...

    @property
    def arrays(self) -> dict[str, Array]: ...

    @property
    def columns(self) -> tuple[ColumnProfile, ...]: ...

    def block_values(self, column: Column, block: str) -> Array:
        """The values of one column of a kind that lies in one block."""

    def own_values(self, column: Column) -> Array:
        """Those of one column of a kind whose columns lie each by itself."""


class Import:
    """A kind's part of an import."""

    order: ClassVar[int] = 0  # in which kinds are asked whether a column is theirs
    candidate: ClassVar[type[Candidate]]
    says_identifiers: ClassVar[bool] = False  # whether its candidates say why a column goes in only where it is chosen
    has_order: ClassVar[bool] = False  # whether a larger number of ``axis`` means more

    def writer(self, columns: Sequence[Column], rows: int, folder: Path) -> Writer | None:
        """What lays all columns of the kind in the prepared file; None where nothing of them is laid there."""
        return None

    def described(
        self, columns: Sequence[Column], arrays: Mapping[str, Array], rows: int
    ) -> Iterator[tuple[Column, ColumnProfile]]:
        """Each column with what only the values tell of it, and its statistics, among them its first values as they
        were read, where that is not how they are written.
        """
        for column in columns:
            yield column, profile_of(column)

    def problems(self, table: Table) -> Iterable[Problem]:
        """What the statistics and values of the kind's columns give reason to say."""
        return ()

    def counts(self, column: Column, table: Table) -> Counts:
        """Rows of each class of a column that is told as classes."""
        raise NotImplementedError

    def axis(self, column: Column, table: Table, rows: Array) -> Array | None:
        """float64: the values of these rows as numbers, the same for the same, NaN where one is missing. None where a
        value is no single thing.
        """
        return None


def profile_of(column: Column, **statistics: Any) -> ColumnProfile:
    return ColumnProfile.model_validate(
        {
            "name": column.name,
            "kind": column.kind,
            "missing": column.missing,
            "distinct": column.distinct,
            **statistics,
        }
    )


@cache
def imports() -> dict[str, Import]:
    """The kinds whose columns an import recognises or somebody can choose, in the order in which they are asked."""
    every = {name: import_of(name) for name in names()}
    return dict(sorted(every.items(), key=lambda item: item[1].order))


@cache
def names() -> frozenset[str]:
    """Of those kinds."""
    return frozenset(name for name in kinds.kinds() if find_spec(f"{kinds.__name__}.{name}.importing"))


@cache
def import_of(kind: str) -> Import:
    """That of one of those kinds; to know it alone, the others are not loaded."""
    part: Import = import_module(f"{kinds.__name__}.{kind}.importing").IMPORT
    return part
