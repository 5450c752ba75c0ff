"""What a spec needs to know of its data."""

from typing import Annotated, Literal

from pydantic import Field

from trainer.component import DataKind, Lenient, Strict


class Column(Strict):
    """One column of a table, as the inspect run saw it."""

    name: str
    kind: Literal["number", "category", "text", "constant"]
    missing: int = Field(0, ge=0)
    distinct: int = Field(0, ge=0)
    levels: Annotated[tuple[str, ...], Lenient] = ()


class DataSummary(Strict):
    """What a spec needs to know of its data to be completed and checked; the heart of a data set's profile."""

    kind: DataKind
    rows: int = Field(ge=0)
    classes: Annotated[tuple[str, ...], Lenient] = ()
    shape: Annotated[tuple[int, ...], Lenient] = ()
    columns: Annotated[tuple[Column, ...], Lenient] = ()
