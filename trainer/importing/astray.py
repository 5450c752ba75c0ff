"""Tables that name pictures which did not come with them."""

from collections.abc import Iterator
from dataclasses import replace

from trainer.columns import can_be_drawn
from trainer.columns.image.files import SUFFIXES
from trainer.importing.parsed import Parsed
from trainer.importing.problems import Problem, checks_of, problem

LEAST = 3  # names


def pointed_out(parsed: Parsed) -> Parsed:
    """With a problem for each column that names pictures, where there is no column of pictures; its first rows tell."""
    if not parsed.rows or any(can_be_drawn(column) for column in parsed.summary.columns):
        return parsed
    return replace(
        parsed, problems=(*_elsewhere(parsed), *parsed.problems), checks=parsed.checks | checks_of(_elsewhere)
    )


def _elsewhere(parsed: Parsed) -> Iterator[Problem]:
    for column, cells in zip(parsed.summary.columns, zip(*parsed.rows, strict=True), strict=True):
        names = [cell.strip() for cell in cells if cell.strip()]
        if len(names) >= LEAST and all(name.lower().endswith(SUFFIXES) for name in names):
            yield problem("pictures_elsewhere", column=column.name, value=names[0])
