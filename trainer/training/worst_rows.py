"""The test rows that are answered worst, with what they hold, for the report."""

import numpy as np

from trainer.columns import Column, can_be_drawn
from trainer.data.prepared import Array, Indices
from trainer.data.rows import Rows
from trainer.importing.forms import visible
from trainer.report import Cell, Sample, Samples
from trainer.sentences import gettext_noop as _
from trainer.training import row_pictures, row_values

MOST_ROWS = 20
MOST_COLUMNS = 10
DIGITS = 4  # to which two answers are equally wrong: then the row's number decides, however many ranks there are


def samples(data: Rows, part: Indices, decisions: Array, severity: Array) -> Samples:
    """Of the rows ``part`` [N], with what was decided on each [N, …], and how wrong that is [N]."""
    title, params = _("Worst mistakes"), {"count": int((severity > 0).sum()), "rows": len(part)}
    places = worst(severity, part)
    if not len(places):
        return Samples(title=title, message=_("No test row is answered wrongly."), params=params)
    rows = part[places]
    mistakes = data.task.mistakes(decisions[places], data.targets[rows], severity[places], float(severity.mean()))
    columns, further = _columns(data)
    pictures = row_pictures.names(columns)
    values = [row_values.of_row(data.prepared, columns, int(row), pictures, place) for place, row in enumerate(rows)]
    return Samples(
        title=title,
        message=mistakes.message,
        params=params,
        headings=mistakes.headings,
        samples=tuple(
            Sample(row=int(row) + 1, cells=tuple(map(_in_sight, cells)), values=own)
            for row, cells, own in zip(rows, mistakes.cells, values, strict=True)
        ),
        further=further,
        sheet=row_pictures.sheet(len(rows) * len(pictures)),
    )


def _in_sight(cell: Cell) -> Cell:
    return visible(cell) if isinstance(cell, str) else cell


def worst(severity: Array, part: Indices) -> Array:
    """The places in ``part`` of the rows that are answered worst, the worst first; of equal ones the first row."""
    wrong = np.flatnonzero(severity > 0)
    rounded = _rounded(severity[wrong])
    if len(wrong) > MOST_ROWS:
        is_among = rounded >= np.partition(rounded, -MOST_ROWS)[-MOST_ROWS]
        wrong, rounded = wrong[is_among], rounded[is_among]
    places: Array = wrong[np.lexsort((part[wrong], -rounded))[:MOST_ROWS]]
    return places


def _rounded(values: Array) -> Array:
    """Numbers above 0 to DIGITS digits; what is not finite as it is."""
    with np.errstate(over="ignore", invalid="ignore"):
        factors = 10.0 ** (DIGITS - 1 - np.floor(np.log10(values)))
        rounded = np.round(values * factors) / factors
    return np.where(np.isfinite(rounded), rounded, values)


def _columns(data: Rows) -> tuple[list[Column], int]:
    """Those that are shown, and how many of the inputs are not: what fills more than a cell says most of a row."""
    drawn = [column for column in data.features if can_be_drawn(column)][: row_pictures.MOST_COLUMNS]
    others = [column for column in data.features if not can_be_drawn(column)]
    shown = [*drawn, *sorted(others, key=lambda column: column.fits_a_cell and not column.has_texts)][:MOST_COLUMNS]
    return shown, len(data.features) - len(shown)
