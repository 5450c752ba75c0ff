"""The shapes of what the API takes and gives of previews."""

from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict, StrictInt

from webapp.api.schemas import Body
from webapp.api.specs import SHAPE

Value = str | float | bool | None


class NewPreview(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"dataset": "UUID", "spec": {"tokenizers": [{"name": "words"}]}}]}
    )

    dataset: UUID
    version: StrictInt | None = Field(
        None, ge=1, le=2**31 - 1, description="A version's number; the newest that is ready when left out."
    )
    spec: dict[str, Any] = Field(
        description="As of a run, and checked like that. What is previewed is its task, split, seed, cleaning, "
        "tokenizers and augmentation.",
        json_schema_extra={SHAPE: "TrainDraft"},
    )


class PreviewEffect(Schema):
    message: str
    params: dict[str, Any] = Field(description="What fills the gaps of the message.")
    count: int


class LeftOutRow(Schema):
    number: int = Field(description="Counted from 1.")
    cells: list[tuple[str, Value]] = Field(description="Columns with their values.")


class JoinedClass(Schema):
    name: str
    spellings: list[str]


class PreviewStep(Schema):
    place: int = Field(description="In the spec's list.")
    name: str
    rows_before: int
    rows_after: int
    effects: list[PreviewEffect]
    left_out: list[LeftOutRow] = Field(description="The first.")
    joined: list[JoinedClass]


class ColumnStatistics(Schema):
    """Of numbers least, middle and most; of texts characters; of others the most frequent value."""

    missing: int
    least: float | None
    middle: float | None
    most: float | None
    characters: float | None = Field(description="Of the text in the middle.")
    most_characters: float | None
    frequent: Value


class ChangedCell(Schema):
    row: int = Field(description="Counted from 1.")
    before: Value
    after: Value


class ChangedColumn(Schema):
    column: str
    count: int
    before: ColumnStatistics
    after: ColumnStatistics
    cells: list[ChangedCell] = Field(description="The first.")


class TextPiece(Schema):
    text: str
    kind: str = Field(description="known or unknown of a token, between of what stands between two, or cut.")


class CutText(Schema):
    row: int = Field(description="Counted from 1.")
    tokens: int
    pieces: list[TextPiece] = Field(description="Of a long text only those next to where it is read from.")


class TokenLengths(Schema):
    """In tokens, before texts are cut."""

    least: float
    lower_quartile: float
    middle: float
    upper_quartile: float
    most: float


class Tokenization(Schema):
    column: str
    tokenizer: str = Field(description="The component's name.")
    vocabulary: int = Field(description="Different tokens.")
    limit: int | None = Field(description="The vocabulary that the spec asks for, where it does.")
    fitted_on: int = Field(
        description="Rows that it was fitted on; where there are more, a training knows more tokens."
    )
    rows: int = Field(description="Rows to train on.")
    longest: int = Field(description="Tokens of a text that are read.")
    known: float = Field(description="The part of all tokens that is known, from 0 to 1.")
    cut: float = Field(description="The part of the texts that is longer than `longest`, from 0 to 1.")
    lengths: TokenLengths | None = Field(description="None where all texts are empty.")
    texts: list[CutText] = Field(description="The first that are not empty.")
    seconds: float


class PictureSheet(Schema):
    """/previews/{id}/pictures.png: a line of cells for each picture, as it stands and as epochs see it."""

    rows: int
    variants: int


class PreviewResult(Schema):
    rows_before: int
    rows_after: int
    parts: tuple[int, int, int] = Field(description="Rows that train, that choose the best epoch, and that test.")
    without_target: int
    classes: list[tuple[str, int]] = Field(description="With their rows, where the target has classes.")
    steps: list[PreviewStep] = Field(description="Of cleaning that leave out rows or join classes.")
    changes: list[ChangedColumn] = Field(description="Columns whose values cleaning changes.")
    tokenizations: list[Tokenization] = Field(description="One for each column of texts.")
    sheet: PictureSheet | None
    seconds: float


class Preview(Schema):
    id: UUID
    state: str = Field(description="queued, starting, running, succeeded, failed or cancelled")
    reason: str = Field(description="Why it is in its state, in words.")
    reason_code: str
    reason_params: dict[str, Any] = Field(description="What fills the gaps of the reason.")
    dataset: UUID | None
    dataset_version: UUID | None
    spec: dict[str, Any] = Field(json_schema_extra={SHAPE: "PreviewSpec"})
    result: PreviewResult | None = Field(description="None until it has succeeded.")
