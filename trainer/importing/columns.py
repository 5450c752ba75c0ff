"""Deciding what kind a column of text cells is: numbers, categories, free text, or the same value throughout."""

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

from trainer.importing.cells import MISSING
from trainer.importing.cells import read as read_numbers
from trainer.importing.profile import Problem, problem
from trainer.importing.profile_classes import case_problems
from trainer.summary import Column

NUMBER_SHARE = 0.8
MOST_LEVELS = 1000
FEW_LEVELS = 20
LONGEST_LEVEL = 80
MOST_HELD = 20_000
VALUES_HELD = 500_000
LINES_NAMED = 5
SURE_AFTER = 20_000


class Observed:
    """What has been seen of one column so far. Memory is bounded: beyond ``cap`` different values, new ones are not held."""

    def __init__(self, name: str, comma: bool, columns: int) -> None:
        self.name = name
        self._comma = comma
        self._cap = min(MOST_HELD, max(MOST_LEVELS // 5, VALUES_HELD // columns))
        self._values: Counter[str] = Counter()
        self._full = False
        self._rows = self._missing = self._numbers = self._infinite = self._text = self._length = 0
        self._text_cells: list[tuple[int, str]] = []
        self._infinite_lines: list[int] = []
        self.spellings: set[str] = set()

    def see(self, cells: Sequence[str], lines: Sequence[int]) -> None:
        """Take note of some more stripped cells and of the lines they stand in."""
        self._rows += len(cells)
        missing = [] if MISSING.isdisjoint(cells) else [cell for cell in cells if cell in MISSING]
        self._missing += len(missing)
        self.spellings.update(missing)
        self._hold(cells)
        if not self._surely_text():
            self._see_numbers(cells, lines, len(missing))

    def _surely_text(self) -> bool:
        present = self._rows - self._missing
        return present > SURE_AFTER and self._text > 0.5 * present

    def _hold(self, cells: Sequence[str]) -> None:
        if self._full:
            return
        self._length += sum(map(len, cells))
        self._values.update(cell if len(cell) <= LONGEST_LEVEL else _short(cell) for cell in cells if cell not in MISSING)
        self._full = len(self._values) > self._cap

    def _see_numbers(self, cells: Sequence[str], lines: Sequence[int], missing: int) -> None:
        read = read_numbers(cells, self._comma)
        self._numbers += len(cells) - missing - len(read.text)
        self._infinite += len(read.infinite)
        self._text += len(read.text)
        self._infinite_lines.extend(lines[at] for at in read.infinite[: 1 - len(self._infinite_lines)])
        self._text_cells.extend((lines[at], cells[at]) for at in read.text[: max(0, LINES_NAMED - len(self._text_cells))])

    def decided(self) -> Column:
        """The column with its kind. ``distinct`` of a text column counts up to a bound."""
        present = self._rows - self._missing
        levels = [] if self._full else sorted(self._values)
        if not self._full and len(levels) <= 1:
            return Column(name=self.name, kind="constant", missing=self._missing, distinct=len(levels))
        if self._numbers >= NUMBER_SHARE * present:
            return Column(name=self.name, kind="number", missing=self._missing + self._text + self._infinite)
        if not self._full and self._is_category(len(levels), present):
            return Column(name=self.name, kind="category", missing=self._missing, distinct=len(levels), levels=tuple(levels))
        return Column(name=self.name, kind="text", missing=self._missing, distinct=len(self._values))

    def _is_category(self, levels: int, present: int) -> bool:
        short = self._length <= LONGEST_LEVEL * max(1, self._rows) * 0.75 and not any(_is_short_form(v) for v in self._values)
        return short and levels <= MOST_LEVELS and (levels <= FEW_LEVELS or levels <= present / 2)

    def problems(self, column: Column) -> list[Problem]:
        """What to say about the cells of this column, now that its kind is known."""
        found: list[Problem] = []
        if column.kind == "number" and self._text:
            (line, value), cells = self._text_cells[0], self._text_cells
            lines = ", ".join(str(number) for number, _ in cells) + (" …" if self._text > len(cells) else "")
            found.append(problem("text_in_numbers", column=self.name, count=self._text, value=value[:LONGEST_LEVEL], line=line,
                                 lines=lines))
        if column.kind == "number" and self._infinite:
            found.append(problem("infinite_values", column=self.name, count=self._infinite, line=self._infinite_lines[0]))
        if column.kind == "constant":
            found.append(problem("constant", column=self.name))
        if column.kind == "category":
            found.extend(case_problems(column.levels))
        if column.kind == "text" and not self._is_identifier(column):
            found.append(problem("text_column", column=self.name))
        if column.kind == "text" and self._is_identifier(column):
            found.append(problem("identifier", column=self.name))
        if column.missing and column.kind != "constant":
            found.append(problem("missing_values", column=self.name, count=column.missing, rows=self._rows))
        return found

    def _is_identifier(self, column: Column) -> bool:
        """Short words, no two alike."""
        present = self._rows - self._missing
        different = column.distinct == present or (self._full and column.distinct == sum(self._values.values()))
        return present > FEW_LEVELS and different and not any(" " in value for value in self._values)


def _short(cell: str) -> str:
    """Stands for a long text among the held values."""
    return "\0" + blake2b(cell.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _is_short_form(value: str) -> bool:
    return value.startswith("\0")
