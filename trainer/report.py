"""A run's report as typed blocks: pages, cards, lists and the command line draw them, and none of them knows a task.

Labels and titles are message identifiers, which the web application translates. Numbers that are not finite stand in
JSON as text.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from trainer.component import Lenient, Strict
from trainer.sentences import filled

SHEET = "report-samples.png"  # the run's output, of the role "samples", that has the pictures of its report
Direction = Literal["higher", "lower"]
Unit = Literal["", "share", "seconds", "times_smaller"]  # without one a number stands in its own unit, or counts
Number = Annotated[float, Field(allow_inf_nan=True)]


class Scalar(Strict):
    """One number. ``name`` is unique in the report and the same in all of its kind, so that runs are compared by it."""

    name: str
    label: str
    value: Number
    unit: Unit = ""
    better: Direction | None = None
    of: Number | None = Field(None, description="How large it could have been at most, where that is worth saying.")
    shown: bool = Field(True, description="Whether a reader wants to see it among the facts.")
    note: str = Field("", description="What must stand beside the value wherever it stands alone, in a few words.")


class Heading(Strict):
    """Of a table's column; ``unit`` None stands for somebody's text."""

    label: str
    unit: Unit | None = ""
    is_message: bool = Field(
        False, description="Whether its texts are message identifiers, of ours and not somebody's."
    )


Cell = str | int | Number | None


class Table(Strict):
    """Rows below headings; the first cell of a row says what the row is of."""

    type: Literal["table"] = "table"
    title: str
    note: str = ""
    headings: Annotated[tuple[Heading, ...], Lenient]
    rows: Annotated[tuple[Annotated[tuple[Cell, ...], Lenient], ...], Lenient]


class Figure(Strict):
    """A chart by its name, and the data that it draws."""

    type: Literal["figure"] = "figure"
    chart: str
    data: dict[str, Any]


class Caution(Strict):
    """What a reader must know before all numbers: a message identifier with gaps for ``params``."""

    type: Literal["caution"] = "caution"
    message: str
    params: dict[str, Any] = {}

    def in_words(self) -> str:
        """The sentence in English."""
        return filled(self.message, self.params)


class Value(Strict):
    """What a row has in a column. Text is fit for any page and terminal: what cannot be seen stands there by its
    number; where it was cut, ``length`` is how many characters it has. With ``picture`` it is that cell of the sheet.
    """

    column: str
    value: bool | int | Number | str | None = Field(None, description="None where it is missing.")
    length: int | None = None
    picture: int | None = None


class Sample(Strict):
    """A row by its number, counted from 1 as the data have it: what is to be said of it, and what it holds."""

    row: int
    cells: Annotated[tuple[Cell, ...], Lenient]
    values: Annotated[tuple[Value, ...], Lenient]


class Sheet(Strict):
    """The pictures of a block in one file that the run made: so many, one below the other, each in a square of
    ``cell`` pixels."""

    file: str
    cells: int
    cell: int


class Samples(Strict):
    """Rows of the data. ``message`` says which, with ``params`` in its gaps; ``headings`` are of a sample's cells, and
    all have values of the same columns, beside which the data have ``further`` ones."""

    type: Literal["samples"] = "samples"
    title: str
    message: str
    params: dict[str, Any] = {}
    headings: Annotated[tuple[Heading, ...], Lenient] = ()
    samples: Annotated[tuple[Sample, ...], Lenient] = ()
    further: int = 0
    sheet: Sheet | None = None


Block = Annotated[Table | Figure | Caution | Samples, Field(discriminator="type")]


class Report(Strict):
    """``headline`` names the scalar that says best how good the result is."""

    headline: str
    scalars: Annotated[tuple[Scalar, ...], Lenient]
    blocks: Annotated[tuple[Block, ...], Lenient] = ()

    @property
    def cautions(self) -> tuple[Caution, ...]:
        return cautions(self.blocks)

    def value(self, name: str) -> float:
        """The scalar of this name. Raises KeyError."""
        return {scalar.name: scalar.value for scalar in self.scalars}[name]


def cautions(blocks: Sequence[Block]) -> tuple[Caution, ...]:
    """Those of the blocks that stand above all others."""
    return tuple(block for block in blocks if isinstance(block, Caution))


def parse(report: Mapping[str, Any]) -> Report:
    """A report from a journal or a database. Raises pydantic's ValidationError."""
    return Report.model_validate({name: report[name] for name in Report.model_fields if name in report}, strict=False)


def in_words(scalar: Scalar) -> str:
    """The scalar in English, as the command line prints it."""
    maximum = "" if scalar.of is None else f" of {scalar.of:g}"
    note = f" ({scalar.note})" if scalar.note else ""
    return f"{scalar.label} {written(scalar.value, scalar.unit)}{maximum}{note}"


def written(value: float, unit: Unit) -> str:
    """A number in its unit, in English."""
    match unit:
        case "share":
            return f"{100 * value:.2f} %"
        case "seconds":
            return f"{value:.1f} s"
        case _:
            return f"{value:.6g}"
