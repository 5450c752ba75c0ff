"""Rows of the data in a run's report, as its page shows them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainer.report import Cell, Heading, Samples, Sheet, Value
from webapp import scalars, words
from webapp.formatting import short

LONG = 40  # characters


@dataclass(frozen=True)
class PictureView:
    """Which part of the sheet shows it: ``top`` of the sheet's ``height``, and a square's side, in pixels."""

    top: int
    height: int
    side: int


@dataclass(frozen=True)
class CellView:
    """Of a row, below ``label``. ``rest`` says how much of a text is not shown; ``is_missing`` tells that
    there is no value, ``is_text`` somebody's text, and ``is_long`` that it
    needs room of its own."""

    label: str
    text: str = ""
    rest: str = ""
    is_number: bool = False
    is_missing: bool = False
    is_text: bool = False
    is_long: bool = False
    picture: PictureView | None = None


@dataclass(frozen=True)
class RowView:
    number: str
    cells: Sequence[CellView]


@dataclass(frozen=True)
class SamplesView:
    title: str
    sentence: str
    note: str
    headings: Sequence[CellView]
    rows: Sequence[RowView]

    @property
    def is_narrow(self) -> bool:
        """Whether nothing in it takes all the room that there is."""
        return not any(cell.is_long for row in self.rows for cell in row.cells)


def view(block: Samples) -> SamplesView:
    """The block in the reader's language."""
    rows = [
        RowView(
            short(sample.row),
            [
                *(_cell(value, heading) for value, heading in zip(sample.cells, block.headings, strict=True)),
                *(_value(value, block.sheet) for value in sample.values),
            ],
        )
        for sample in block.samples
    ]
    return SamplesView(
        title=words.translated(block.title),
        sentence=words.sentence(block.message, block.params),
        note=_further(block.further),
        headings=rows[0].cells if rows else (),
        rows=rows,
    )


def _further(count: int) -> str:
    return (
        ngettext("One more column is not shown.", "%(count)s more columns are not shown.", count)
        % {"count": short(count)}
        if count
        else ""
    )


def _cell(value: Cell, heading: Heading) -> CellView:
    is_number, text = heading.unit is not None, scalars.cell(value, heading)
    return CellView(
        label=words.translated(heading.label),
        text=text,
        is_number=is_number,
        is_text=not is_number and not heading.is_message and value is not None,
        is_long=not is_number and len(text) > LONG,
    )


def _value(value: Value, sheet: Sheet | None) -> CellView:
    if value.picture is not None and sheet is not None:
        place = PictureView(value.picture * sheet.cell, sheet.cells * sheet.cell, sheet.cell)
        return CellView(value.column, picture=place)
    if value.value is None:
        return CellView(value.column, is_missing=True)
    if isinstance(value.value, bool):
        return CellView(value.column, _("yes") if value.value else _("no"))
    if not isinstance(value.value, str):
        return CellView(value.column, _number(value.value), is_number=True)
    rest = _("… %(count)s characters in all") % {"count": short(value.length)} if value.length else ""
    return CellView(value.column, value.value, rest, is_text=True, is_long=len(value.value) > LONG)


def _number(value: float) -> str:
    """With more digits than a score has: one looks for it among the data."""
    return f"{value:.8g}" if math.isfinite(value) else scalars.in_unit(value, "")
