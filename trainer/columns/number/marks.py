"""Numbers with the other decimal mark than their file has: 1.234,5 among 1,234.5."""

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.importing import series
from trainer.importing.cells import NUMBER, TEXT
from trainer.importing.forms import LONGEST_LEVEL
from trainer.importing.observed import Part
from trainer.importing.problems import Problem, problem
from trainer.importing.spelled import DECIMAL_COMMA, POINTS, THOUSANDS

DECIMAL_POINT = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d*)\.\d+", re.ASCII)
LINES_NAMED = 5
TRIED = 5  # cells a part, to find one with the file's own mark
NUMBER_SHARE = 0.8


class Marks:
    """Of the cells of a column. ``comma``: the file writes 1,5 for one and a half."""

    def __init__(self, *, comma: bool) -> None:
        self._comma = comma
        self._other, self._thousands = (DECIMAL_POINT, POINTS) if comma else (DECIMAL_COMMA, THOUSANDS)
        self._usual: tuple[int, str] | None = None  # the first with the file's own mark, and its line
        self._others: list[tuple[int, str]] = []
        self.count = self._unread = 0  # of numbers with the other mark, and of those of them that are text so

    def note(self, part: Part) -> None:
        counts = part.counts
        if self._usual is None and part.read.is_measured:
            self._usual = self._first_usual(part)
        if not (self._comma or counts[TEXT]) or not series.contain(part.cells, b"." if self._comma else b","):
            return
        is_other = np.asarray(pc.and_not(_are(part.cells, self._other), _are(part.cells, self._thousands)))
        self.count += int(np.count_nonzero(is_other))
        self._unread += int(np.count_nonzero(is_other & (part.read.kinds == TEXT)))
        places = np.flatnonzero(is_other)[: LINES_NAMED - len(self._others)].tolist()
        self._others.extend((part.lines[at], part.cells[at].as_py()) for at in places)

    def _first_usual(self, part: Part) -> tuple[int, str] | None:
        own = DECIMAL_COMMA if self._comma else DECIMAL_POINT
        values = part.read.values
        with np.errstate(invalid="ignore"):
            is_fraction = (part.read.kinds == NUMBER) & (values != np.floor(values))
        cells = ((part.lines[at], part.cells[at].as_py()) for at in np.flatnonzero(is_fraction)[:TRIED].tolist())
        return next((cell for cell in cells if own.fullmatch(cell[1])), None)

    def problems(self, name: str, numbers: int, present: int, *, is_number: bool) -> Iterator[Problem]:
        """Of a column with so many numbers among the cells that are there."""
        if not self.count or not (is_number or numbers + self._unread >= NUMBER_SHARE * present):
            return
        line, value = self._others[0]
        lines = ", ".join(str(line) for line, _ in self._others) + (" …" if self.count > len(self._others) else "")
        params = {"column": name, "count": self.count, "value": value[:LONGEST_LEVEL], "line": line, "lines": lines}
        if self._usual is not None:
            yield problem("mixed_marks", **params, other_line=self._usual[0], other=self._usual[1][:LONGEST_LEVEL])
        elif not is_number:
            yield problem("other_mark", **params)

    def are_all(self, texts: int) -> bool:
        """Whether so many cells that are no numbers are just those with the other mark, of which there is a word."""
        return self._usual is not None and self._unread == texts


def _are(cells: pa.StringArray, pattern: re.Pattern[str]) -> pa.BooleanArray:
    return pc.match_substring_regex(cells, f"^(?:{pattern.pattern})$")
