"""Where in a text file the table begins, and where its names stand: people and programs write lines before a table."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from trainer.formats.csv import Spec, dialect
from trainer.formats.csv.rows import LONGEST_CELL, Lines, Table, rows
from trainer.importing.cells import number_of
from trainer.importing.problems import Problem, problem
from trainer.importing.spaced import COMMENT, uncommented

DECLARATION = re.compile(r'"?sep=(.|\\t)"?\s*', re.IGNORECASE)  # a spreadsheet's first line that names the delimiter
MOST_COMMENTS = 1000
MOST_TITLES = 20
SAMPLE_ROWS = 200
LONGEST_SHOWN = 80


@dataclass(frozen=True)
class Layout:
    """The table; its names as they stand in the file, None where there are none; an example of a decimal comma, if
    numbers have them; and what had to be assumed."""

    table: Table
    names: Sequence[str] | None
    decimal_comma: str | None
    problems: Sequence[Problem]
    skipped: Sequence[tuple[int, str]] = ()  # lines above the table, each with its number
    are_names_commented: bool = False  # whether they stand in the last comment above the table


@dataclass(frozen=True)
class _Beginning:
    """The lines before the first that is neither comment nor declaration, and the delimiter."""

    delimiter: str
    comments: Sequence[tuple[int, str]]
    start: int


def layout(spec: Spec, table: Table) -> Layout | None:
    """How the file of ``table`` is laid out; None where it has no rows. Of ``table`` only file, encoding and what to do
    with lines of another width are taken."""
    beginning = _beginning(spec, _first_lines(table))
    table = replace(table, delimiter=beginning.delimiter, start=beginning.start)
    sample = list(islice(rows(table), SAMPLE_ROWS))
    if not sample:
        return None
    example = dialect.decimal_comma([row for _, row in sample], table.delimiter)
    above = titles([row for _, row in sample], comma=example is not None)
    joined = ((line, table.delimiter.join(row).rstrip(table.delimiter)) for line, row in sample[:above])
    skipped = [(line, table.original(text).strip()) for line, text in (*beginning.comments, *joined)]
    sample = sample[above:]
    table = replace(table, start=sample[0][0], width=len(sample[0][1]))
    outline = _named(spec, table, sample, [text for _, text in beginning.comments] if not above else (), example)
    if outline.are_names_commented:
        skipped.pop()
    if not skipped:
        return outline
    notice = problem("lines_before", count=len(skipped), value=skipped[0][1][:LONGEST_SHOWN])
    return replace(outline, problems=[notice, *outline.problems], skipped=skipped)


def _named(
    spec: Spec, table: Table, sample: Sequence[tuple[int, list[str]]], comments: Sequence[str], example: str | None
) -> Layout:
    """The layout from the table's first line on."""
    cells, comma = [row for _, row in sample], example is not None
    has_header = dialect.has_header(cells, comma) if spec.header == "auto" else spec.header == "yes"
    if spec.header == "no":
        return Layout(table, None, example, ())
    if _is_one_short(cells, comma):
        start = sample[1][0]
        return Layout(
            replace(table, start=start, width=table.width + 1), ["", *cells[0]], example, [problem("row_names")]
        )
    commented = _cells(uncommented(comments[-1]), table.delimiter) if comments else []
    if not has_header and len(commented) == table.width and dialect.has_header([commented, *cells], comma):
        return Layout(table, commented, example, (), are_names_commented=True)
    return Layout(replace(table, header=has_header), cells[0] if has_header else None, example, ())


def _first_lines(table: Table) -> list[str]:
    lines: list[str] = []
    try:
        for line in islice(Lines(table.source.path, table.encoding), MOST_COMMENTS + dialect.SURE_LINES):
            lines.append(line)
            if sum(map(len, lines)) > LONGEST_CELL:
                break
    except UnicodeError:
        pass  # told with its line when the rows are read
    return lines


def _beginning(spec: Spec, lines: Sequence[str]) -> _Beginning:
    declared = DECLARATION.fullmatch(lines[0]) if lines else None
    above = 1 if declared else 0
    comments = [
        (number, line)
        for number, line in enumerate(takewhile(_is_comment, lines[above:]), start=above + 1)
        if line.strip()
    ]
    start = above + sum(1 for _ in takewhile(_is_comment, lines[above:]))
    rest = lines[start : start + dialect.SURE_LINES]
    mark = _delimiter(spec, declared, rest or lines)
    width = max((len(_cells(line, mark)) for line in rest[:1]), default=0)
    if (
        not rest or sum(len(_cells(line, mark)) == width for _, line in comments) > 1
    ):  # they are rows whose values begin so
        return _Beginning(mark, (), above + 1)
    return _Beginning(mark, comments, start + 1)


def _is_comment(line: str) -> bool:
    return line.startswith(COMMENT) or not line.strip()


def _delimiter(spec: Spec, declared: re.Match[str] | None, lines: Sequence[str]) -> str:
    if spec.delimiter != "auto":
        return {"tab": "\t", "space": "\t"}.get(spec.delimiter, spec.delimiter)
    if declared:
        return declared[1].replace("\\t", "\t")
    return dialect.delimiter(lines)


def _cells(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return []


def titles(sample: Sequence[Sequence[str]], *, comma: bool) -> int:
    """How many first rows are no part of the table: they fill at most half of its columns, and names stand below."""
    width = Counter(map(_filled_width, sample)).most_common(1)[0][0]
    above = sum(1 for _ in takewhile(lambda row: sum(map(bool, map(str.strip, row))) <= width / 2, sample))
    if width < 2 or not 0 < above <= min(MOST_TITLES, len(sample) - 2):
        return 0
    other_width = all(len(row) != len(sample[above]) for row in sample[:above])
    return above if other_width or dialect.has_header(sample[above:], comma) else 0


def _filled_width(row: Sequence[str]) -> int:
    return max((at for at, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _is_one_short(cells: Sequence[Sequence[str]], comma: bool) -> bool:
    """Whether the names are one fewer than the values of every row, as R writes tables whose rows have names."""
    width, below = len(cells[0]) + 1, cells[1:]
    return (
        bool(below)
        and all(len(row) == width for row in below)
        and any(row[-1].strip() for row in below)
        and (not any(number_of(cell, comma) for cell in cells[0]))
    )
