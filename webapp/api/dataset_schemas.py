"""The shapes of what the API takes and gives of data sets, their versions, and corrections of these."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict, StrictBool, StrictInt, StrictStr

from webapp.api.schemas import Body, Mistake
from webapp.api.specs import READING, SHAPE

Reading = Annotated[dict[str, Any], Field(json_schema_extra={SHAPE: READING})]


class NewDataset(Body):
    """Exactly one of ``upload``, ``uploads`` and ``sample``."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sample": "digits"}]})

    name: StrictStr = Field("", max_length=200, description="Taken from the file or sample when left out.")
    upload: UUID | None = Field(None, description="The last part of an upload's address.")
    uploads: list[UUID] | None = Field(
        None, min_length=1, max_length=8, description="Several files that belong together."
    )
    sample: StrictStr | None = Field(
        None, max_length=40, description="The name of a data set that ships with Trainyard."
    )


class NewVersion(Body):
    """Exactly one of ``uploads`` and ``columns``."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"columns": {"zip": {"kind": "category"}}}]})

    uploads: list[UUID] | None = Field(None, min_length=1, max_length=8)
    columns: dict[StrictStr, Reading | None] | None = Field(
        None,
        min_length=1,
        max_length=20_000,
        description="How columns of an upload that is there are to be read, by name; null for what is to be recognised "
        "again. What is not named stays as it is.",
    )
    version: StrictInt | None = Field(
        None, ge=1, le=2**31 - 1, description="The version to correct; the newest that is ready when left out."
    )
    keep: StrictBool = Field(
        False, description="Whether a correction is a version at once, whatever it changes, and no proposal."
    )


class DatasetVersion(Schema):
    id: UUID
    number: int | None = Field(description="None for a proposal, which nobody has kept.")
    state: str = Field(description="inspecting, ready or failed")
    size: int = Field(description="Bytes of its files together.")
    content_hash: str
    corrects: int | None = Field(description="The number of the version of whose upload it is made again.")
    columns: dict[str, Reading] = Field(description="The kinds that somebody chose, by the column's name.")
    created: datetime


class Dataset(Schema):
    """``state`` is that of the newest version; a run that is posted before it is ``ready`` waits for that."""

    id: UUID
    name: str
    state: str = Field(description="inspecting, ready or failed")
    sample: str
    kinds: dict[str, int] = Field(description="How many columns of each kind it has, once that is known.")
    rows: int | None
    created: datetime
    version: DatasetVersion


class DatasetDetail(Dataset):
    reason: str = Field(description="Why it is in its state, in words.")
    reason_code: str
    reason_params: dict[str, Any] = Field(description="What fills the gaps of the reason.")
    run: UUID | None = Field(description="The run that inspects the newest version.")
    profile: dict[str, Any] | None = Field(
        description="What inspection found; its problems in words, with code and "
        "params; “checks” is what it looked for."
    )
    versions: list[DatasetVersion]
    proposals: list[DatasetVersion] = Field(description="Corrections that nobody has kept or discarded.")


class ColumnSide(Schema):
    kind: str
    label: str = Field(description="The kind, and what was said of it, in words.")
    reading: Reading | None = Field(description="What somebody chose; none for what was recognised.")
    missing: int
    distinct: int


class UnreadCell(Schema):
    line: int = Field(description="Of the file, counted from 1.")
    value: str


class ValueChange(Schema):
    """One of the first rows: as it stands in the file, and as it was read; empty where a value is missing."""

    row: int
    written: str
    before: str
    after: str


class ColumnChange(Schema):
    name: str
    before: ColumnSide
    after: ColumnSide
    new_gaps: int = Field(description="Values that count as missing with the new kind, and did not before.")
    filled_gaps: int = Field(description="Values that counted as missing before, and do not with the new kind.")
    unread: list[UnreadCell] = Field(description="The first that are not of the new kind.")
    values: list[ValueChange]


class Finding(Schema):
    severity: str
    code: str
    message: str
    remedy: str


class Changes(Schema):
    """What differs from the version that was corrected."""

    columns: list[ColumnChange]
    gone: list[Finding] = Field(description="Problems that vanish.")
    new: list[Finding] = Field(description="Problems that appear.")
    target_before: str = Field(description="The column offered as the target.")
    target_after: str


class VersionDetail(DatasetVersion):
    dataset: UUID
    reason: str = Field(description="Why it is in its state, in words.")
    reason_code: str
    reason_params: dict[str, Any] = Field(description="What fills the gaps of the reason.")
    errors: list[Mistake] = Field(description="Where it failed because of a column's kind, the field that says it.")
    run: UUID | None = Field(description="The run that inspects it.")
    profile: dict[str, Any] | None
    changes: Changes | None = Field(description="Of a correction that is ready.")
