"""What an inspection tells about a data set: columns, balance, duplicates, problems with their remedies, a preview."""

from typing import Annotated

from pydantic import Field

from trainer.component import Lenient, Strict
from trainer.data.summary import DataSummary
from trainer.importing.problems import Check, Problem

Counts = Annotated[tuple[Annotated[tuple[str, int], Lenient], ...], Lenient]
FIRST_VALUES = 50
PREVIEW_LENGTH = 200  # characters of a cell of the first rows; a longer one ends in … behind them


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


class Lengths(Strict):
    """How long the texts of a column are that have any: the shortest, those that a quarter, half and three quarters of
    them do not exceed, and the longest.
    """

    quartiles: Annotated[tuple[int, int, int, int, int], Lenient]
    mean: float
    histogram: Histogram


class Passage(Strict):
    """One text, from its beginning on; what cannot be seen stands there by the number of its character."""

    row: int = Field(ge=1)
    characters: int = Field(ge=1, description="Of the whole text.")
    text: str
    is_cut: bool = Field(description="Whether the text goes on.")


class Texts(Strict):
    """What the texts of a column are like. ``scripts`` and ``unseen`` come from ``examined`` characters and ``terms``
    from ``counted``, which are fewer than all if it ``is_sampled``.
    """

    characters: Lengths
    words: Lengths | None = Field(None, description="None where the script puts no spaces between words.")
    duplicates: int = Field(0, ge=0, description="Texts that repeat an earlier one exactly.")
    lost: int = Field(0, ge=0, description="Characters that stand for others which an earlier program lost (U+FFFD).")
    scripts: Counts = Field((), description="Letters of each script, the most frequent first.")
    terms: Counts = Field((), description="The most frequent words, or pairs of characters, and how often they stand.")
    telling: Counts = Field(
        (), description="The same without stop words; nothing where the most frequent ones hold none."
    )
    are_pairs: bool = Field(False, description="Whether the terms are pairs of characters.")
    unseen: Counts = Field((), description="Characters that cannot be seen, by number.")
    examined: int = Field(0, ge=0)
    counted: int = Field(0, ge=0)
    is_sampled: bool = False
    samples: Annotated[tuple[Passage, ...], Lenient] = Field((), description="From the shortest to the longest.")


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
    texts: Texts | None = None
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
    rows: Annotated[tuple[Annotated[tuple[str, ...], Lenient], ...], Lenient] = Field(
        (), description=f"The first, as they stand in the file; a cell of more than {PREVIEW_LENGTH} characters is cut."
    )
    thumbnails: Thumbnails | None = None
    suggested_task: str = ""
    suggested_target: str = ""
