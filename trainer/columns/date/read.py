"""Dates from outside, as people and programs write them. Shipped beside exports; it needs NumPy alone."""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from trainer.importing.words import narrow

GAP = -(2**53)  # seconds, in place of a missing date
LONGEST = 48
BEGINNING = datetime(1970, 1, 1)
FIRST, LAST = datetime.min - BEGINNING, datetime.max - BEGINNING
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTH_OF = {name[:3]: at for at, name in enumerate(MONTHS, 1)} | {name: at for at, name in enumerate(MONTHS, 1)}
MONTH_OF["sept"] = 9
_TIME = (
    r"(?:(?:T|,? +)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,12}))?)?"
    r"(?: ?(?P<half>[AP])\.?M\.?)?(?: ?(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?)?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_ISO = r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
_FORMS = (
    _ISO,
    r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second_of>\d{1,2})(?P=mark)(?P<year>\d{4})",
    _WEEKDAY + _DAY + r"[ .-]{1,2}(?P<name>[a-z]{3,9})\.?,?[ -](?P<year>\d{4})",
    _WEEKDAY + r"(?P<name>[a-z]{3,9})\.? " + _DAY + r",? (?P<year>\d{4})",
    r"(?P<year>\d{4})年 ?(?P<month>\d{1,2})月 ?(?P<day>\d{1,2})日",
    r"(?P<year>\d{4})-?W(?P<week>\d\d)-?(?P<weekday>[1-7])",
)
# What could be something else than a date, and is one only where somebody says so.
_COMPACT = (
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?"
)
_SHORT = r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second_of>\d{1,2})(?P=mark)(?P<year>\d\d)" + _TIME
_NAMED_SHORT = _WEEKDAY + _DAY + r"[ .-]{1,2}(?P<name>[a-z]{3,9})\.?,?[ -]'?(?P<year>\d\d)" + _TIME
FAR = r"(?:-\d{4,6}|\+?\d{5,6})-\d\d-\d\d" + _TIME
EPOCH = re.compile(r"-?\d{1,15}(?:\.\d{1,9})?", re.ASCII)
EPOCH_UNITS = {10: "seconds", 13: "milliseconds"}  # of whole numbers with so many digits: from 2001 to 2286
EXPONENTS = {"seconds": 6, "milliseconds": 3}  # of ten, which makes microseconds of them
YEAR = re.compile(r"\d{4}", re.ASCII)
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
    is_far: bool = False  # beyond the years 1 to 9999
    unit: str = ""  # of a number since 1970

    @property
    def is_open(self) -> bool:
        """Whether both orders give a day, and not the same. Who writes points puts the day first."""
        return self.day_first != self.month_first and None not in self[:2] and self.mark != "."


@cache
def _forms(compact: bool) -> tuple[re.Pattern[str], ...]:
    """Compiled for the first cell that they are asked of: most tables have none."""
    forms = (*(form + _TIME for form in _FORMS), *((_COMPACT, _SHORT, _NAMED_SHORT) if compact else ()))
    return tuple(re.compile(form, re.ASCII | re.IGNORECASE) for form in forms)


@lru_cache(maxsize=65536)
def moment(text: str, compact: bool = False, unit: str = "") -> Moment | None:
    """What a stripped text says, None where it is not written as dates are. ``compact``: 20240301, 1/3/24 and numbers
    of seconds or milliseconds since 1970 with ten or thirteen digits are. ``unit``: numbers are such units since 1970.
    """
    text = narrow(text)
    if len(text) > LONGEST or not (compact or unit or YEAR.search(text)):
        return None
    unit = unit or (EPOCH_UNITS.get(len(text), "") if compact and text.isdigit() else "")
    if unit and EPOCH.fullmatch(text):
        return _since_1970(text, unit)
    match = next(filter(None, (form.fullmatch(text) for form in _forms(compact))), None)
    if match is None:
        return Moment(None, None, is_far=True) if re.fullmatch(FAR, text, re.ASCII) else None
    return _moment(match.groupdict())


def _since_1970(text: str, unit: str) -> Moment:
    value = int(Decimal(text).scaleb(EXPONENTS[unit]) // 1)
    is_date = FIRST <= timedelta(microseconds=value) <= LAST
    return Moment(value, value, unit=unit) if is_date else Moment(None, None, is_far=True, unit=unit)


def _moment(parts: dict[str, Any]) -> Moment | None:
    """Of the parts of a text; None where a word among them is no month."""
    zone, is_short = parts.get("zone") or "", len(parts["year"]) == 2
    if parts.get("first") is not None:
        first, second = int(parts["first"]), int(parts["second_of"])
        both = (_microseconds(parts, second, first), _microseconds(parts, first, second))
        return Moment(*both, zone, parts["mark"], is_short=is_short)
    if parts.get("name") is not None and parts["name"].lower() not in MONTH_OF:
        return None
    if parts.get("week") is not None:
        value = _of_week(int(parts["year"]), int(parts["week"]), int(parts["weekday"]))
        return Moment(value, value, zone, is_iso=True)
    month = MONTH_OF[parts["name"].lower()] if parts.get("name") else int(parts["month"])
    value = _microseconds(parts, month, int(parts["day"]))
    return Moment(value, value, zone, is_iso=parts.get("mark") == "-", is_short=is_short)


def _of_week(year: int, week: int, weekday: int) -> int | None:
    try:
        day = date.fromisocalendar(year, week, weekday)
    except ValueError:
        return None
    return (day - BEGINNING.date()) // timedelta(microseconds=1)


def _microseconds(parts: dict[str, Any], month: int, day: int) -> int | None:
    hour, half = int(parts.get("hour") or 0), (parts.get("half") or "").upper()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "P") if half else hour
    fraction = int((parts.get("fraction") or "0").ljust(6, "0")[:6])
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    # ISO 8601 ends a day by 24:00:00, and a minute may have a leap second, :60.
    is_end, is_leap = hour == 24 and not (half or minute or second or fraction), second == 60
    try:
        local = datetime(_year(parts["year"]), month, day, 0 if is_end else hour, minute, second - is_leap, fraction)
    except ValueError:
        return None
    offset = _offset(parts.get("zone") or "")
    if offset is None:
        return None
    value = local - BEGINNING - offset + timedelta(days=is_end, seconds=is_leap)
    return value // timedelta(microseconds=1) if FIRST <= value <= LAST else None


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < CENTURY_TURN else 1900)


def _offset(zone: str) -> timedelta | None:
    """Of a zone from UTC; None where there is no such."""
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
