"""How the cells of a column of dates are written, where that is worth a sentence besides order and zones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.columns import date
from trainer.columns.date.read import Moment, moment
from trainer.data.prepared import Array
from trainer.importing.forms import LONGEST_LEVEL
from trainer.importing.problems import Problem, problem

DATE_SHARE = 0.8  # of the cells that are there
MOST_WORDS = 5
LONGEST_SHORT = 20  # of a date whose year has two figures, with a time


@dataclass(frozen=True)
class Noted:
    """How many cells are written in some way, and the first of them."""

    count: int = 0
    example: str = ""

    @classmethod
    def of(cls, are_such: Sequence[bool], which: Array, cells: Sequence[str]) -> "Noted":
        """``cells`` are different ones, ``which`` the places of all cells among them."""
        if not any(are_such):
            return NONE
        return cls(int(np.array(are_such)[which].sum()), cells[are_such.index(True)])

    def __add__(self, later: "Noted") -> "Noted":
        return Noted(self.count + later.count, self.example or later.example) if later.count else self


NONE = Noted()


class Spellings:
    """Of the cells that have been seen. ``reading`` is there where somebody chose the kind."""

    def __init__(self, reading: date.Reading | None) -> None:
        self._reading = reading
        self._words: dict[str, None] = {}  # that are no dates
        self._far = self._shorts = self._units = NONE

    def note(self, moments: Sequence[Moment | None], which: Array, cells: Sequence[str]) -> None:
        """``cells`` are different ones with what each says, ``which`` the places of all cells among them."""
        if len(self._words) <= MOST_WORDS:
            words = [cell for cell, one in zip(cells, moments, strict=True) if one is None]
            self._words |= dict.fromkeys(words[: MOST_WORDS + 1])
        shorts = moments if self._reading else [_as_short(one, cell) for one, cell in zip(moments, cells, strict=True)]
        self._shorts += Noted.of([one is not None and one.is_short for one in shorts], which, cells)
        self._far += Noted.of([one is not None and one.is_far for one in moments], which, cells)
        if self._reading is not None:
            self._units += Noted.of([one is not None and bool(one.unit) for one in moments], which, cells)

    @property
    def far(self) -> int:
        """Cells with dates that are beyond what can be told."""
        return self._far.count

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is no date, where it is a few words: these stand for a gap."""
        is_few = len(self._words) <= MOST_WORDS and max(map(len, self._words), default=0) <= LONGEST_LEVEL
        return tuple(sorted(self._words)) if is_few else ()

    def problems(self, name: str, present: int, *, is_date: bool) -> Iterator[Problem]:
        """Of a column with so many cells that are there; ``is_date``: whether it became one of dates."""
        shorts, far, units = self._shorts, self._far, self._units
        if shorts.count and is_date and self._reading is not None:
            yield problem("short_years", column=name, value=shorts.example)
        elif shorts.count and not is_date and shorts.count >= DATE_SHARE * present:
            yield problem("unread_short_years", column=name, value=shorts.example)
        if far.count and (is_date or far.count >= DATE_SHARE * present):
            yield problem("far_dates", column=name, count=far.count, value=far.example)
        if units.count and is_date and self._reading is not None:
            one = moment(units.example, True, self._reading.unit)
            yield problem("since_1970", column=name, value=units.example, unit=one.unit if one else "")


def _as_short(one: Moment | None, cell: str) -> Moment | None:
    """What a cell that is no date says if years may have two figures."""
    if one is not None or len(cell) > LONGEST_SHORT or not cell[0].isdigit():
        return None
    short = moment(cell, True)
    return None if short is None or short[:2] == (None, None) else short
