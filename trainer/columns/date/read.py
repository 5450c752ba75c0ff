"""Dates from outside, as people and programs write them. Shipped beside exports; NumPy is needed."""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from trainer.columns.date.forms import LONGEST, YEAR, is_far, parts_of
from trainer.importing.words import narrow

GAP = -(2**53)  # seconds, in place of a missing date
BEGINNING = datetime(1970, 1, 1)
FIRST, LAST = datetime.min - BEGINNING, datetime.max - BEGINNING
SHORTEST = timedelta(microseconds=1)
EPOCH = r"-?\d{1,15}(?:\.\d{1,9})?"
EPOCH_UNITS = {10: "seconds", 13: "milliseconds"}  # of whole numbers with so many digits: from 2001 to 2286
EXPONENTS = {"seconds": 6, "milliseconds": 3}  # of ten, which makes microseconds of them
CENTURY_TURN = 69  # 68 is 2068 and 69 is 1969, as POSIX has it


class Moment(NamedTuple):
    """Microseconds since 1970 in UTC, with the day first and with the month first where figures alone say which is
    which; None where there is no such day. Without a ``zone`` it is taken for UTC.
    """

    day_first: int | None
    month_first: int | None
    zone: str = ""
    mark: str = ""  # between the figures of day and month, where their order is open
    is_iso: bool = False
    is_short: bool = False  # the year has two figures
    is_month: bool = False  # the first day of a month or a quarter stands for all of it
    is_far: bool = False  # beyond the years 1 to 9999
    unit: str = ""  # of a number since 1970

    @property
    def is_open(self) -> bool:
        """Whether both orders give a day, and not the same. Who writes points puts the day first."""
        return self.day_first != self.month_first and None not in self[:2] and self.mark != "."


@lru_cache(maxsize=65536)
def moment(text: str, compact: bool = False, unit: str = "") -> Moment | None:
    """What a stripped text says, None where it is not written as dates are. ``compact``: 20240301, 1/3/24, months and
    numbers of seconds or milliseconds since 1970 with ten or thirteen digits are. ``unit``: numbers are such units
    since 1970.
    """
    text = narrow(text)
    if len(text) > LONGEST or not (compact or unit or YEAR.search(text)):
        return None
    unit = unit or (EPOCH_UNITS.get(len(text), "") if compact and text.isdigit() else "")
    if unit and re.fullmatch(EPOCH, text, re.ASCII):
        return _since_1970(text, unit)
    parts = parts_of(text, compact)
    if parts is None:
        return Moment(None, None, is_far=True) if is_far(text) else None
    return _moment(parts)


def _since_1970(text: str, unit: str) -> Moment:
    value = int(Decimal(text).scaleb(EXPONENTS[unit]) // 1)
    is_date = FIRST // SHORTEST <= value <= LAST // SHORTEST  # a timedelta holds no more than 10**9 days
    return Moment(value, value, unit=unit) if is_date else Moment(None, None, is_far=True, unit=unit)


def _moment(parts: dict[str, str]) -> Moment:
    zone, is_short = parts.get("zone", "").upper(), len(parts["year"]) == 2
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second_of"])
        both = (_microseconds(parts, second, first), _microseconds(parts, first, second))
        return Moment(*both, zone, parts["mark"], is_short=is_short)
    if "week" in parts:
        value = _of_week(parts)
        return Moment(value, value, zone, is_iso=True)
    value = _microseconds(parts, int(parts["month"]), int(parts.get("day", 1)))
    is_iso = parts.get("mark") == "-"
    return Moment(value, value, zone, is_iso=is_iso, is_short=is_short, is_month="day" not in parts)


def _of_week(parts: dict[str, str]) -> int | None:
    try:
        day = date.fromisocalendar(int(parts["year"]), int(parts["week"]), int(parts["weekday"]))
    except ValueError:
        return None
    return _microseconds({**parts, "year": f"{day.year:04}"}, day.month, day.day)


def _microseconds(parts: dict[str, str], month: int, day: int) -> int | None:
    hour, half = int(parts.get("hour", 0)), parts.get("half", "").upper()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "P") if half else hour
    fraction = int(parts.get("fraction", "0").ljust(6, "0")[:6])
    minute, second = int(parts.get("minute", 0)), int(parts.get("second", 0))
    # ISO 8601 ends a day by 24:00:00, and a minute may have a leap second, :60.
    is_end, is_leap = hour == 24 and not (half or minute or second or fraction), second == 60
    try:
        local = datetime(_year(parts["year"]), month, day, 0 if is_end else hour, minute, second - is_leap, fraction)
    except ValueError:
        return None
    offset = _offset(parts.get("zone", ""))
    if offset is None:
        return None
    value = local - BEGINNING - offset + timedelta(days=is_end, seconds=is_leap)
    return value // SHORTEST if FIRST <= value <= LAST else None


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < CENTURY_TURN else 1900)


def _offset(zone: str) -> timedelta | None:
    """Of a zone from UTC; None where there is no such."""
    zone = zone.removeprefix("UTC").removeprefix("GMT")
    digits = zone[1:].replace(":", "")
    if not digits.isdigit():
        return timedelta()
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    offset = timedelta(hours=hours, minutes=minutes)
    return None if minutes > 59 or hours > 15 else -offset if zone[0] == "-" else offset


def read(
    values: Sequence[Sequence[Any]], block: dict[str, Any], folder: Path
) -> tuple[np.ndarray[Any, Any], list[Any]]:
    """int64 [rows, columns] of the cells of each column: seconds since 1970 in UTC of a text, or of a number, which is
    such seconds unless the training rows have it otherwise; ``GAP`` for nothing and for what is no date; and such cells
    with their columns. Raises ValueError for a list or an object.
    """
    columns, strange = [], []
    for name, cells in zip(block["columns"], values, strict=True):
        gaps = ("", *block.get("spelling", {}).get("missing", {}).get(name, ()))
        is_compact, order, unit = name in block["compact"], block["order"][name], block.get("units", {}).get(name, "")
        seconds = [GAP if _is_gap(cell, gaps) else _seconds(cell, order, is_compact, unit) for cell in cells]
        strange += [
            (name, cell)
            for cell, second in zip(cells, seconds, strict=True)
            if second == GAP and not _is_gap(cell, gaps)
        ]
        columns.append(seconds)
    return np.array(columns, np.int64).T, strange


def _is_gap(cell: Any, gaps: Collection[str]) -> bool:
    return cell is None or (isinstance(cell, float) and bool(np.isnan(cell))) or str(cell).strip() in gaps


def _seconds(cell: Any, order: str, is_compact: bool, unit: str) -> int:
    if isinstance(cell, list | dict):
        raise ValueError("a list or an object is no date")
    if isinstance(cell, int | float) and not isinstance(cell, bool) and not is_compact:
        return int(cell // 1) if abs(cell) < -GAP else GAP
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    one = moment(text, is_compact, unit)
    value = None if one is None else one.month_first if order == "month first" else one.day_first
    return GAP if value is None else value // 10**6
