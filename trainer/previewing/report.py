"""The report of a preview, as plain data: the web server reads it too."""

from typing import Annotated, Any

from pydantic import Field

from trainer.columns import PieceKind
from trainer.component import Lenient, Strict

Value = str | float | bool | None
SHEET = "pictures.png"


class StepEffect(Strict):
    """What a step did, counted: a message identifier and what fills its gaps."""

    message: str
    params: dict[str, Any]
    count: int


class Row(Strict):
    """A row that was left out: its number, counted from 1 as the data have them, and what it holds."""

    number: int
    cells: Annotated[tuple[Annotated[tuple[str, Value], Lenient], ...], Lenient]


class JoinedClass(Strict):
    """The spellings that became one class."""

    name: str
    spellings: Annotated[tuple[str, ...], Lenient]


class Step(Strict):
    """A step that leaves rows out or joins classes. ``place`` is its place in the list, ``name`` the component's;
    ``left_out`` are the first rows that it leaves out."""

    place: int
    name: str
    rows_before: int
    rows_after: int
    effects: Annotated[tuple[StepEffect, ...], Lenient]
    left_out: Annotated[tuple[Row, ...], Lenient]
    joined: Annotated[tuple[JoinedClass, ...], Lenient]


class Statistics(Strict):
    """Of a column's values. Of numbers the least, the middle and the most, of texts the characters of the middle and
    the longest one, of others the most frequent one.
    """

    missing: int
    least: float | None = None
    middle: float | None = None
    most: float | None = None
    characters: float | None = None
    most_characters: float | None = None
    frequent: Value = None


class Cell(Strict):
    """A value that changed, with the number of its row, counted from 1."""

    row: int
    before: Value
    after: Value


class ColumnChange(Strict):
    """A column whose values change: in how many rows, what it held and holds, and the first cells."""

    column: str
    count: int
    before: Statistics
    after: Statistics
    cells: Annotated[tuple[Cell, ...], Lenient]


class Sheet(Strict):
    """The picture SHEET: a line of cells for each row shown, the original first, then ``variants`` of it."""

    rows: int
    variants: int


class Piece(Strict):
    """A part of a text: a token, known or unknown, what stands between two, or what is cut off."""

    text: str
    kind: PieceKind


class CutText(Strict):
    """A text as it is cut into ``tokens``: its row, counted from 1, and its pieces as far as they are shown."""

    row: int
    tokens: int
    pieces: Annotated[tuple[Piece, ...], Lenient]


class Lengths(Strict):
    """Of texts in tokens, before they are cut."""

    least: float
    lower_quartile: float
    middle: float
    upper_quartile: float
    most: float


class Tokenization(Strict):
    """What a tokenizer makes of a column of texts. It is fitted on ``fitted_on`` of ``rows`` rows that train: where
    these are fewer, the training's own has a larger ``vocabulary``. ``tokenizer`` is the component's name; ``limit``
    the vocabulary that was asked for, if any; ``known`` the part of tokens that are, ``cut`` the part of texts that are
    longer than ``longest``. ``lengths`` is None where all texts are empty.
    """

    column: str
    tokenizer: str
    vocabulary: int
    limit: int | None
    fitted_on: int
    rows: int
    longest: int
    known: float
    cut: float
    lengths: Lengths | None
    texts: Annotated[tuple[CutText, ...], Lenient]
    seconds: float


class Preview(Strict):
    """``classes`` are those left with their rows, where the target has classes; ``parts`` the rows that train, that
    validate and that test."""

    rows_before: int
    rows_after: int
    parts: Annotated[tuple[int, int, int], Lenient]
    without_target: int = Field(description="Rows that are left out besides, because their target is missing.")
    classes: Annotated[tuple[Annotated[tuple[str, int], Lenient], ...], Lenient]
    steps: Annotated[tuple[Step, ...], Lenient]
    changes: Annotated[tuple[ColumnChange, ...], Lenient]
    tokenizations: Annotated[tuple[Tokenization, ...], Lenient] = ()
    sheet: Sheet | None
    seconds: float
