"""Columns of dates in a file: most cells are written as dates are."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trainer.columns import Column as BaseColumn
from trainer.columns import date
from trainer.columns.date import MISSING, Column
from trainer.columns.date.read import FIRST, Moment, moment
from trainer.columns.date.spellings import DATE_SHARE, Spellings
from trainer.columns.date.values import BLOCK, written
from trainer.data.prepared import Array
from trainer.errors import TrainerError
from trainer.importing import kind, series
from trainer.importing.blocks import BlockWriter, columns_of
from trainer.importing.cells import CODE, GAP, INFINITE, NUMBER, TEXT
from trainer.importing.forms import LONGEST_LEVEL
from trainer.importing.kind import Kept, Table, profile_of
from trainer.importing.observed import Observed, Part
from trainer.importing.problems import Problem, problem
from trainer.importing.profile import FIRST_VALUES, ColumnProfile, Histogram, Unread

SAMPLE = 20_000  # cells, behind which a column of hardly any dates is not looked at any more
LEAST_SHARE = 0.1
MOST_ZONES = 5
PLAIN_LENGTHS = [len(form) for form in ("2024-03-01", "2024-03-01 12:30", "2024-03-01 12:30:00")]
EARLIEST = FIRST // timedelta(microseconds=1)
BINS = 20
DAY_FIRST, MONTH_FIRST = 0, 1
UTC = frozenset({"Z", "UTC", "GMT", "+00:00", "+0000", "+00", "-00:00"})


class Cell(NamedTuple):
    """One as an example: the line that it stands in, and what it says."""

    line: int
    text: str


class Candidate(kind.Candidate):
    def __init__(self, observed: Observed, reading: date.Reading | None = None) -> None:
        super().__init__(observed, reading)
        self._texts = self._dates = self._unzoned = 0
        self._valid = np.zeros(2, np.int64)  # with the day first, and with the month first
        self._proofs: list[Cell | None] = [None, None]  # cells that only one order can read
        self._proof_counts = np.zeros(2, np.int64)
        self._impossible: list[Cell | None] = [None, None]
        self._strange: Cell | None = None
        self._number: Cell | None = None
        self._example: Cell | None = None
        self._zones: dict[str, None] = {}
        self._spellings = Spellings(reading)

    def see(self, part: Part) -> Kept:
        """int64 [cells] microseconds; both orders one behind the other where they differ; None where none is a date."""
        if self._number is None and part.counts[[NUMBER, CODE, INFINITE]].any():
            at = int(np.argmax((part.read.kinds != TEXT) & (part.read.kinds != GAP)))
            self._number = Cell(part.lines[at], part.cells[at].as_py())
        if not part.counts[TEXT] or self._is_hopeless():
            return None
        places = np.flatnonzero(part.read.kinds == TEXT)
        values = np.full((2, len(part.cells)), MISSING, np.int64)
        cells = part.cells.take(series.numbers(places))
        if (plain := _plain(cells)) is not None:
            self._note_plain(len(plain))
            self._spellings.note_plain(cells)
            values[0, places] = plain
            return values[0]
        encoded = cells.dictionary_encode()
        moments = [self._moment(cell) for cell in encoded.dictionary.to_pylist()]
        which = np.asarray(encoded.indices)
        both = np.array([_stored(one) for one in moments], np.int64).T[:, which]
        self._note(moments, which, both, cells, [part.lines[at] for at in places.tolist()])
        self._spellings.note(moments, which, encoded.dictionary.to_pylist())
        values[:, places] = both
        if (both == MISSING).all():
            return None
        return values[0] if (both[0] == both[1]).all() else values.ravel()

    def _moment(self, cell: str) -> Moment | None:
        """Of texts that a file states to be such, ISO dates alone are taken unasked."""
        one = moment(cell, self.reading is not None, self.reading.unit if self.reading else "")
        is_strict = self.observed.stated == "words" and self.reading is None
        return None if is_strict and one is not None and not one.is_iso else one

    def _is_hopeless(self) -> bool:
        return self.reading is None and self._texts > SAMPLE and self._dates < LEAST_SHARE * self._texts

    def _note_plain(self, count: int) -> None:
        self._texts += count
        self._dates += count
        self._valid += count
        self._unzoned += count

    def _note(
        self, moments: Sequence[Moment | None], which: Array, both: Array, cells: pa.StringArray, lines: Sequence[int]
    ) -> None:
        """``both`` [2, cells] are the values of the cells, ``which`` the place of each among ``moments``."""

        def first(matches: Array) -> Cell | None:
            at = int(np.argmax(matches)) if matches.any() else None
            return None if at is None else Cell(lines[at], cells[at].as_py())

        is_date = np.array([one is not None for one in moments])[which]
        is_near = np.array([one is not None and not one.is_far for one in moments])[which]
        is_open = np.array([one is not None and one.is_open for one in moments])[which]
        is_valid = both != MISSING
        self._texts += len(cells)
        self._dates += int(is_date.sum())
        self._valid += is_valid.sum(axis=1)
        self._strange = self._strange or first(~is_date)
        self._example = self._example or first(is_open)
        for order in (DAY_FIRST, MONTH_FIRST):
            only = is_valid[order] & ~is_valid[1 - order]
            self._proof_counts[order] += int(only.sum())
            self._proofs[order] = self._proofs[order] or first(only)
            self._impossible[order] = self._impossible[order] or first(is_near & ~is_valid[order])
        zones = [one.zone for one in moments if one is not None and one.zone]
        if zones or self._zones:
            self._zones |= dict.fromkeys(zones[: MOST_ZONES + 1])
        self._unzoned += int(np.array([one is not None and not one.zone for one in moments])[which].sum())

    @property
    def _order(self) -> int:
        """Which the user chose, or else most of the rows that decide show."""
        if self.reading is not None and self.reading.order != "auto":
            return MONTH_FIRST if self.reading.order == "month first" else DAY_FIRST
        return MONTH_FIRST if self._proof_counts[MONTH_FIRST] > self._proof_counts[DAY_FIRST] else DAY_FIRST

    def column(self) -> Column | None:
        """Raises TrainerError where somebody chose the kind and hardly any cell is a date."""
        valid = int(self._valid[self._order])
        if self.reading is not None:
            self._require_dates(valid)
        elif not valid or self._dates < DATE_SHARE * self.observed.present:
            return None
        return Column(
            name=self.observed.name,
            missing=self.observed.rows - valid,
            order="month first" if self._order == MONTH_FIRST else "day first",
            is_compact=self.reading is not None,
            unit=self.reading.unit if self.reading is not None else "",
            gaps=self._spellings.gaps,
        )

    def _require_dates(self, valid: int) -> None:
        observed = self.observed
        if valid > observed.present - valid:
            return
        self.require_values()
        cell = self._strange or self._impossible[self._order] or Cell(0, "")
        raise TrainerError(
            "kind_no_dates",
            "“%(column)s” cannot be read as dates: %(count)s of its %(present)s values are none, the first “%(value)s” "
            "in line %(line)s. Correct them, or choose another kind for the column.",
            field="columns",
            column=observed.name,
            count=observed.present - valid,
            present=observed.present,
            value=cell.text[:LONGEST_LEVEL],
            line=cell.line,
        )

    def encoded(self, kept: Kept, count: int) -> Any:
        if kept is None:
            return np.full(count, MISSING)
        return kept if len(kept) == count else np.reshape(np.asarray(kept), (2, count))[self._order]

    def problems(self, column: BaseColumn) -> Iterator[Problem]:
        if isinstance(column, Column):
            yield from self._order_problems()
            yield from self._cell_problems()
            yield from self._zone_problems()
        yield from self._spellings.problems(
            self.observed.name, self._dates, self.observed.present, is_date=isinstance(column, Column)
        )

    def unread(self) -> Unread | None:
        count = self.observed.present - int(self._valid[self._order])
        strange = (self._strange, self._number, self._impossible[self._order])
        cells = sorted({cell for cell in strange if cell is not None})
        first = tuple((cell.line, cell.text[:LONGEST_LEVEL]) for cell in cells)
        return Unread(count=count, first=first) if count else None

    def _order_problems(self) -> Iterator[Problem]:
        name, proof, is_chosen = self.observed.name, self._proofs[self._order], self._is_order_chosen
        order = "month first" if self._order == MONTH_FIRST else "day first"
        if proof is not None and not is_chosen:
            yield problem("decided_days", column=name, order=order, value=proof.text)
        elif self._example is not None and not is_chosen:
            yield problem("open_days", column=name, order=order, value=self._example.text)

    @property
    def _is_order_chosen(self) -> bool:
        return self.reading is not None and self.reading.order != "auto"

    def _cell_problems(self) -> Iterator[Problem]:
        name, impossible = self.observed.name, self._impossible[self._order]
        count = self._dates - int(self._valid[self._order]) - self._spellings.far
        if impossible is not None and count:
            yield problem("impossible_dates", column=name, count=count, value=impossible.text, line=impossible.line)
        strange = self.observed.present - self._dates
        cells = [cell for cell in (self._strange, self._number) if cell is not None]
        if strange and cells:
            line, value = min(cells)
            yield problem("text_in_dates", column=name, count=strange, value=value[:LONGEST_LEVEL], line=line)

    def _zone_problems(self) -> Iterator[Problem]:
        zones, name = list(self._zones), self.observed.name
        shown = ", ".join(zones[:MOST_ZONES]) + (" …" if len(zones) > MOST_ZONES else "")
        if zones and self._unzoned:
            yield problem("partly_zoned", column=name, zones=shown, count=self._unzoned)
        elif len(zones) > 1 and not UTC.issuperset(zones):
            yield problem("zones", column=name, zones=shown)
        elif zones and not UTC.issuperset(zones):
            yield problem("zone", column=name, zones=shown)


def _plain(cells: pa.StringArray) -> Array | None:
    """int64 [cells] microseconds, where all are dates of ISO, with or without a time and without a zone; otherwise
    None, and they are read one by one.
    """
    if not np.isin(series.lengths(cells), PLAIN_LENGTHS).all():
        return None
    try:
        values = np.asarray(pc.cast(pc.cast(cells, pa.timestamp("us")), pa.int64()))
    except pa.ArrowInvalid:
        return None
    return values if values.min() >= EARLIEST else None


def _stored(one: Moment | None) -> tuple[int, int]:
    """Microseconds with the day first and with the month first."""
    values = (None, None) if one is None else one[:2]
    return MISSING if values[0] is None else values[0], MISSING if values[1] is None else values[1]


class Import(kind.Import):
    order = 20
    candidate = Candidate
    has_order = True

    def writer(self, columns: Sequence[BaseColumn], rows: int, folder: Path) -> BlockWriter:
        return BlockWriter(BLOCK, np.int64, rows, len(columns), folder)

    def described(
        self, columns: Sequence[BaseColumn], arrays: Mapping[str, Array], rows: int
    ) -> Iterator[tuple[BaseColumn, ColumnProfile]]:
        for column, values in zip(columns, columns_of(arrays[BLOCK]), strict=True):
            present = values[values != MISSING]
            counted = column.model_copy(update={"distinct": len(pc.unique(series.numbers(present)))})
            low, high = written(int(present.min())), written(int(present.max()))
            first = tuple("" if value == MISSING else written(value) for value in values[:FIRST_VALUES].tolist())
            yield counted, profile_of(counted, earliest=low, latest=high, histogram=_histogram(present), first=first)

    def axis(self, column: BaseColumn, table: Table, rows: Array) -> Array:
        values = table.block_values(column, BLOCK)[rows]
        return np.where(values == MISSING, np.nan, values.astype(np.float64))


def _histogram(present: Array) -> Histogram | None:
    """Edges in seconds since 1970."""
    seconds = present / 10**6
    if seconds.max() - seconds.min() < 1:
        return None
    counts, edges = np.histogram(seconds, bins=BINS)
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(counts.tolist()))


IMPORT = Import()
