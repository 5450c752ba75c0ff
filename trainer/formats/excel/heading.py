"""Where in a sheet the table begins, and the names of its columns."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trainer.formats.csv import dialect
from trainer.formats.csv.layout import LONGEST_SHOWN, MOST_TITLES, titles
from trainer.formats.excel.cells import Row, Wide
from trainer.formats.excel.values import text_in
from trainer.importing.cells import number_of


@dataclass(frozen=True)
class Heading:
    """The lines above the table with their numbers, the first line that can have values, and the names of the columns,
    None where there are none."""

    above: Sequence[tuple[int, str]]
    first: int
    names: Sequence[str] | None


def heading(sample: Sequence[Row], wide: Sequence[Wide]) -> Heading:
    """Of a sheet with these first rows and these cells that are merged in one row."""
    width = max(len(row) for _, row in sample)
    texts = [[*map(text_in, row), *[""] * (width - len(row))] for _, row in sample]
    lines = [number for number, _ in sample]
    above = _above_groups(lines, texts, wide)
    if above is None:
        above = _above(lines, texts)
    first, names = _named(lines[above:], texts[above:], wide)
    return Heading(list(zip(lines, map(_joined, texts[:above]), strict=False)), first, names)


def _joined(row: Sequence[str]) -> str:
    return " ".join(filter(None, row))[:LONGEST_SHOWN]


def _named(
    lines: Sequence[int], texts: Sequence[Sequence[str]], wide: Sequence[Wide]
) -> tuple[int, Sequence[str] | None]:
    """The first line that can have values, and the names above it, which fill two lines where one of the upper is
    merged over several columns."""
    groups = [one for one in wide if one.row == lines[0]]
    if groups and len(texts) > 2 and lines[1] == lines[0] + 1:
        names = names_of_two_rows(texts[0], texts[1], groups)
        if _are_names(texts[1], names, texts[2:]):
            return lines[1] + 1, names
    return (lines[0] + 1, texts[0]) if dialect.has_header(texts, comma=False) else (lines[0], None)


def _are_names(row: Sequence[str], names: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the row holds names. They may be the same under several groups where ``names``, with the groups', are
    not, and no value below is one of them."""
    if dialect.has_header([row, *below], comma=False):
        return True
    is_text = not any(number_of(cell, comma=False) for cell in row)
    again = any(cell and any(other[at] == cell for other in below) for at, cell in enumerate(row))
    return is_text and not again and len(set(names)) == len(names)


def _above_groups(lines: Sequence[int], texts: Sequence[Sequence[str]], wide: Sequence[Wide]) -> int | None:
    """How many rows stand above a row that names several columns each, directly above the names; None where there is
    no such row. They fill at most half of the columns."""
    for at in range(min(MOST_TITLES + 1, len(texts) - 2)):
        if _names_groups(lines[at:], texts[at:], wide) and _named(lines[at:], texts[at:], wide)[0] == lines[at] + 2:
            return at
        if sum(map(bool, texts[at])) > len(texts[at]) / 2:
            break
    return None


def _names_groups(lines: Sequence[int], texts: Sequence[Sequence[str]], wide: Sequence[Wide]) -> bool:
    """Whether the first line, directly above the names, has merged cells that name several columns: one text alone,
    from the first column on, is the title of all."""
    groups = [one for one in wide if one.row == lines[0] and one.first < len(texts[0]) and texts[0][one.first]]
    if not groups or lines[1] != lines[0] + 1:
        return False
    start = next(at for at, name in enumerate(texts[1]) if name)
    return sum(map(bool, texts[0])) > 1 or groups[0].first > start


def names_of_two_rows(upper: Sequence[str], lower: Sequence[str], wide: Sequence[Wide]) -> list[str]:
    """The names of columns that have one for several of them above their own."""
    groups = [*upper, *[""] * (len(lower) - len(upper))]
    for one in wide:
        for at in range(one.first, min(one.last + 1, len(groups))):
            groups[at] = groups[one.first]
    own = [*lower, *[""] * (len(groups) - len(lower))]
    return [f"{group} {name}".strip() if group != name else name for group, name in zip(groups, own, strict=True)]


def _above(numbers: Sequence[int], texts: Sequence[Sequence[str]]) -> int:
    """How many first rows are no part of the table: narrower ones with a blank row below them, or titles."""
    width = Counter(sum(map(bool, row)) for row in texts).most_common(1)[0][0]
    for at in range(min(MOST_TITLES, len(texts) - 2), 0, -1):
        is_narrow = all(sum(map(bool, row)) < width for row in texts[:at])
        if is_narrow and numbers[at] - numbers[at - 1] > 1 and dialect.has_header(texts[at:], comma=False):
            return at
    return titles(texts, comma=False)
