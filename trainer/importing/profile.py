"""What an inspection tells about a data set: columns, balance, duplicates, problems with their remedies, a preview."""

from typing import Annotated

from pydantic import Field

from trainer.component import Lenient, Strict
from trainer.data.summary import DataSummary
from trainer.importing.problems import Check, Problem

Counts = Annotated[tuple[Annotated[tuple[str, int], Lenient], ...], Lenient]
FIRST_VALUES = 50


class Histogram(Strict):
    """Counts of values between neighbouring edges; the last bin includes its upper edge."""

    edges: Annotated[tuple[float, ...], Lenient]
    counts: Annotated[tuple[int, ...], Lenient]


class Unread(Strict):
    """Cells that are not empty and count as missing, because they are no value of the column's kind."""

    count: int = Field(ge=1)
    first: Annotated[tuple[Annotated[tuple[int, str], Lenient], ...], Lenient] = Field(
        (), description="The line of the file, and what stands there."
    )


class ColumnProfile(Strict):
    """One column: numbers and dates have their range, categories their most frequent levels."""

    name: str
    kind: str
    missing: int = Field(0, ge=0)
    distinct: int = Field(0, ge=0)
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    earliest: str | None = Field(None, description="Of dates, in ISO 8601 and UTC.")
    latest: str | None = None
    histogram: Histogram | None = None
    levels: Counts = ()
    rarest: Annotated[tuple[str, int], Lenient] | None = Field(
        None,
        description="The level, or the number, of the fewest rows; nothing where there are too many to be classes.",
    )
    unread: Unread | None = None
    first: Annotated[tuple[str, ...], Lenient] = Field(
        (), description="The values of the first rows as they were read, nothing where one is missing."
    )


class Thumbnails(Strict):
    """The contact sheet: a grid of square cells of ``size`` pixels, filled row by row; ``labels`` names
    each cell's class.
    """

    columns: int
    rows: int
    size: int
    column: str = Field("", description="Whose pictures these are, where several columns have some.")
    labels: Annotated[tuple[str, ...], Lenient]


class Profile(Strict):
    """The profile of one version of a data set, as it is stored and shown."""

    summary: DataSummary
    format: str
    duplicates: int = Field(0, ge=0, description="Rows that repeat an earlier row exactly.")
    left_out: int = Field(
        0,
        ge=0,
        description="Files, rows, columns and classes of the upload that are not among the data; a file lists them.",
    )
    columns: Annotated[tuple[ColumnProfile, ...], Lenient] = ()
    balance: Counts = Field((), description="Rows of each class; of the suggested target's classes for a table.")
    problems: Annotated[tuple[Problem, ...], Lenient] = ()
    checks: Annotated[tuple[Check, ...], Lenient] = Field((), description="What was looked for, found or not.")
    rows: Annotated[tuple[Annotated[tuple[str, ...], Lenient], ...], Lenient] = ()
    thumbnails: Thumbnails | None = None
    suggested_task: str = ""
    suggested_target: str = ""
