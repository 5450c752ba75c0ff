"""What a correction changes: the profile before beside the profile after."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.importing.problems import Problem
from trainer.importing.profile import ColumnProfile, Profile
from webapp import words
from webapp.datasets import kind_controls
from webapp.datasets.models import DatasetVersion

FIRST_ROWS = 8


@dataclass(frozen=True)
class Side:
    """One column before or after, with what a person has said of how it is to be read."""

    kind: str
    label: str
    reading: Mapping[str, Any] | None
    missing: int
    distinct: int


@dataclass(frozen=True)
class Value:
    """A value of one of the first rows: as it stands in the file, and as it was read; nothing where one is missing."""

    row: int
    written: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Cell:
    line: int
    value: str


@dataclass(frozen=True)
class ColumnChange:
    name: str
    before: Side
    after: Side
    unread: Sequence[Cell]
    values: Sequence[Value]

    @property
    def new_gaps(self) -> int:
        """Values that count as missing from now on."""
        return max(0, self.after.missing - self.before.missing)

    @property
    def filled_gaps(self) -> int:
        """Values that counted as missing before."""
        return max(0, self.before.missing - self.after.missing)


@dataclass(frozen=True)
class Finding:
    """A problem, in words."""

    severity: str
    code: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Changes:
    """``gone`` are problems that vanish, ``new`` those that appear."""

    columns: Sequence[ColumnChange]
    gone: Sequence[Finding]
    new: Sequence[Finding]
    target_before: str
    target_after: str


def between(before: DatasetVersion, after: DatasetVersion) -> Changes | None:
    """None where one of them is not inspected, or has no table of columns."""
    if not before.profile or not after.profile:
        return None
    old, new = Profile.model_validate(before.profile), Profile.model_validate(after.profile)
    return Changes(
        columns=list(_columns(old, new, before.readings, after.readings)),
        gone=_without(old.problems, new.problems),
        new=_without(new.problems, old.problems),
        target_before=old.suggested_target,
        target_after=new.suggested_target,
    )


def _columns(
    old: Profile, new: Profile, chosen_before: Mapping[str, Any], chosen_after: Mapping[str, Any]
) -> Iterable[ColumnChange]:
    """Those whose kind, or what was said of it, is another."""
    earlier = {column.name: column for column in old.columns}
    for place, column in enumerate(new.columns):
        was, name = earlier.get(column.name), column.name
        if was is None or (was.kind == column.kind and chosen_before.get(name) == chosen_after.get(name)):
            continue
        yield ColumnChange(
            name=name,
            before=_side(was, chosen_before.get(name)),
            after=_side(column, chosen_after.get(name)),
            unread=[Cell(line, value) for line, value in (column.unread.first if column.unread else ())],
            values=_values(was, column, _nth(new.rows, place)),
        )


def _side(column: ColumnProfile, reading: Mapping[str, Any] | None) -> Side:
    label = kind_controls.described(reading or {"kind": column.kind})
    return Side(kind=column.kind, label=label, reading=reading, missing=column.missing, distinct=column.distinct)


def _values(before: ColumnProfile, after: ColumnProfile, written: Callable[[int], str]) -> list[Value]:
    """Of the first rows; where none of them differs, of the first few and of those behind that do."""
    pairs = zip(before.first, after.first, strict=False)
    values = [Value(row + 1, written(row), *pair) for row, pair in enumerate(pairs)]
    first, behind = values[:FIRST_ROWS], [value for value in values[FIRST_ROWS:] if value.differs]
    if behind and not any(value.differs for value in first):
        return [*first[: FIRST_ROWS // 2], *behind[: FIRST_ROWS // 2]]
    return first


def _nth(rows: Sequence[Sequence[str]], place: int) -> Callable[[int], str]:
    """The cell of a column as it stands in the file, by row."""
    return lambda row: rows[row][place] if row < len(rows) and place < len(rows[row]) else ""


def _without(problems: Iterable[Problem], others: Iterable[Problem]) -> list[Finding]:
    alike = [_in_words(problem) for problem in others]
    return [finding for finding in map(_in_words, problems) if finding not in alike]


def _in_words(problem: Problem) -> Finding:
    return Finding(
        problem.severity,
        problem.code,
        words.sentence(problem.message, problem.params),
        words.sentence(problem.remedy, problem.params),
    )
