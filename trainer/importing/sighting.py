"""One column while its kind is open: what was seen of it, and the kinds that could take it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from trainer import columns as kinds
from trainer.columns import Column, Reading
from trainer.errors import TrainerError
from trainer.importing import series
from trainer.importing.kind import Candidate, Import, Kept, import_of, imports
from trainer.importing.observed import MOST_HELD, Observed, most_held
from trainer.importing.stated import Stated


class Sighting:
    """``reading`` is the kind that somebody chose, ``comma`` whether the file has decimal commas, ``columns`` how many
    columns the table has.
    """

    winner: Candidate  # once it is decided

    def __init__(self, name: str, stated: Stated, reading: Reading | None, *, comma: bool, columns: int) -> None:
        asked = _asked(stated, reading)
        self.observed = Observed(
            name,
            stated,
            comma=reading.takes_comma(comma) if reading else comma,
            most=MOST_HELD if reading else most_held(columns),
            reads_numbers=any(one.candidate.reads_numbers for one in asked),
        )
        self.candidates = [one.candidate(self.observed, reading) for one in asked]
        self._reading = reading
        self._takes_numbers = any("numbers" in one.candidate.stated for one in asked)

    def see(self, cells: Any, lines: Sequence[int]) -> list[Kept]:
        """Take note of some more cells; what each candidate keeps of them."""
        part = self.observed.see(cells if self._takes_numbers else _as_texts(cells), lines)
        return [candidate.see(part) for candidate in self.candidates]

    def decided(self) -> Column:
        """The column of the first kind that takes it. Raises TrainerError where that which somebody chose does not."""
        for candidate in self.candidates:
            if (column := candidate.column()) is not None:
                self.winner = candidate
                words = self.observed.gap_words
                return column.model_copy(update={"gaps": (*words, *column.gaps)}) if words else column
        raise TrainerError(
            "kind_unfit",
            "The values of “%(column)s” cannot be read as the kind “%(kind)s”. Choose another kind for the column.",
            field="columns",
            column=self.observed.name,
            kind=kinds.kinds()[self._reading.kind].LABEL if self._reading else "–",
        )


def _asked(stated: Stated, reading: Reading | None) -> list[Import]:
    """The kind that somebody chose, or all that take such cells."""
    if reading is not None:
        return [import_of(reading.kind)]
    return [one for one in imports().values() if stated in one.candidate.stated]


def _as_texts(cells: Any) -> Any:
    """Numbers as they are written."""
    if not isinstance(cells, np.ndarray):
        return cells
    return series.of("" if np.isnan(value) else f"{value:.15g}" for value in cells.tolist())
