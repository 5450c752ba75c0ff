"""What single cells hold, and how they are handed on."""

from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from trainer.importing.stated import Stated
from trainer.importing.whole import LARGEST_WHOLE


def kind_of(cell: Any) -> Stated:
    """Identifiers of more digits than float64 keeps are spelled out."""
    if isinstance(cell, str):
        return "words"
    if isinstance(cell, int) and abs(cell) > LARGEST_WHOLE:
        return "spelled"
    is_number = isinstance(cell, int | float | timedelta | time) and not isinstance(cell, bool)
    return "numbers" if is_number else "spelled"


def number_in(cell: Any) -> float:
    """Durations and times of day in seconds."""
    if isinstance(cell, time):
        return timedelta(
            hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond
        ).total_seconds()
    return cell.total_seconds() if isinstance(cell, timedelta) else np.nan if cell is None else cell


def text_in(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell).replace("\0", " ")
