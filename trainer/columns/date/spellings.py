"""How the cells of a column of dates are written, where that is worth a sentence besides order and zones."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trainer.columns import date
from trainer.columns.date.read import Moment, moment
from trainer.data.prepared import Array
from trainer.importing.forms import LONGEST_LEVEL
from trainer.importing.problems import Problem, problem

YEAR_LENGTH = 31_556_952_000_000  # microseconds
DATE_SHARE = 0.8  # of the cells that are there
LEAST_PART = 0.3  # of them, dates that are worth a word although others are none
MOST_WORDS = 5
LONGEST_SHORT = 20  # of a date whose year has two figures, with a time
LIKELY = re.compile(r"\d{1,2}\W.*\d\d|.*\d{4}")  # what such a date has, or a month with its year
TRIED = 200  # different cells, behind which half of them have to be such dates for the others to be looked at
LEAST_LIKELY = 0.5
SOON, LATE = (YEAR_LENGTH * years for years in (-120, 130))  # months of other years may be numbers of something else


@dataclass(frozen=True)
class Tally:
    """How many cells are written in some way, and the first of them."""

    count: int = 0
    example: str = ""

    @classmethod
    def of(cls, are_such: Sequence[bool], which: Array, cells: Sequence[str]) -> "Tally":
        """``cells`` are different ones, ``which`` the places of all cells among them."""
        if not any(are_such):
            return NONE
        return cls(int(np.array(are_such)[which].sum()), cells[are_such.index(True)])

    def __add__(self, later: "Tally") -> "Tally":
        return Tally(self.count + later.count, self.example or later.example) if later.count else self


NONE = Tally()


class Spellings:
    """Of the cells that have been seen. ``reading`` is there where somebody chose the kind."""

    def __init__(self, reading: date.Reading | None) -> None:
        self._reading = reading
        self._words: dict[str, None] = {}  # that are no dates
        self._far = self._shorts = self._months = self._units = NONE
        self._date = ""  # the first cell that is one
        self._tried = self._likely = 0

    def note(self, moments: Sequence[Moment | None], which: Array, cells: Sequence[str]) -> None:
        """``cells`` are different ones with what each says, ``which`` the places of all cells among them."""
        if len(self._words) <= MOST_WORDS:
            words = [cell for cell, one in zip(cells, moments, strict=True) if one is None]
            self._words |= dict.fromkeys(words[: MOST_WORDS + 1])
        chosen = moments if self._reading else self._if_chosen(moments, cells)
        self._shorts += Tally.of([one is not None and one.is_short for one in chosen], which, cells)
        self._months += Tally.of([one is not None and one.is_month for one in chosen], which, cells)
        if not self._date:
            self._date = next((cell for cell, one in zip(cells, moments, strict=True) if one is not None), "")
        self._far += Tally.of([one is not None and one.is_far for one in moments], which, cells)
        if self._reading is not None:
            self._units += Tally.of([one is not None and bool(one.unit) for one in moments], which, cells)

    def note_plain(self, cells: pa.StringArray) -> None:
        """Of cells all of which are dates."""
        self._date = self._date or cells[0].as_py()

    def _if_chosen(self, moments: Sequence[Moment | None], cells: Sequence[str]) -> Sequence[Moment | None]:
        """What the cells that are no dates would say if somebody chose the kind; nothing once hardly any says so."""
        if self._tried > TRIED and self._likely < LEAST_LIKELY * self._tried:
            return ()
        chosen = [_if_chosen(one, cell) for one, cell in zip(moments[:TRIED], cells[:TRIED], strict=True)]
        self._tried += len(chosen)
        self._likely += sum(one is not None for one in chosen)
        if self._likely < LEAST_LIKELY * self._tried:
            return ()
        return chosen + [_if_chosen(one, cell) for one, cell in zip(moments[TRIED:], cells[TRIED:], strict=True)]

    @property
    def far(self) -> int:
        """Cells with dates that are beyond what can be told."""
        return self._far.count

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is no date, where it is a few words: these stand for a gap."""
        is_few = len(self._words) <= MOST_WORDS and max(map(len, self._words), default=0) <= LONGEST_LEVEL
        return tuple(sorted(self._words)) if is_few else ()

    def problems(self, name: str, dates: int, present: int, *, is_date: bool) -> Iterator[Problem]:
        """Of a column with so many dates among the cells that are there; ``is_date``: whether it became one of them."""
        far, units, least = self._far, self._units, DATE_SHARE * present
        for noted, code in ((self._shorts, "short_years"), (self._months, "months")):
            if noted.count and is_date and self._reading is not None:
                yield problem(code, column=name, value=noted.example)
            elif noted.count and not is_date and noted.count >= least:
                yield problem(f"unread_{code}", column=name, value=noted.example)
        if not is_date and LEAST_PART * present <= dates < DATE_SHARE * present:
            yield problem("partly_dates", column=name, count=dates, present=present, value=self._date)
        if far.count and (is_date or far.count >= least):
            yield problem("far_dates", column=name, count=far.count, value=far.example)
        if units.count and is_date and self._reading is not None:
            one = moment(units.example, True, self._reading.unit)
            yield problem("since_1970", column=name, value=units.example, unit=one.unit if one else "")


def _if_chosen(one: Moment | None, cell: str) -> Moment | None:
    """What a cell that is no date would say if somebody chose the kind: of a year with two figures, or of a month."""
    if one is not None or len(cell) > LONGEST_SHORT or not LIKELY.match(cell):
        return None
    chosen = moment(cell, True)
    if chosen is None or chosen.day_first is chosen.month_first is None:
        return None
    is_likely = not chosen.is_month or SOON <= (chosen.day_first or 0) <= LATE
    return chosen if is_likely else None
