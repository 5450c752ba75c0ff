"""What an import says of columns of dates."""

from trainer.importing.sentences import Sentence
from trainer.sentences import gettext_noop as _

SENTENCES: dict[str, Sentence] = {
    "open_days": (
        "warning",
        _(
            "In “%(column)s”, as in “%(value)s”, no row decides which figure is the day and which the month; it was "
            "read with the %(order)s."
        ),
        _("If that is wrong, correct the kind of the column to a date and choose day or month first."),
    ),
    "impossible_dates": (
        "warning",
        _("“%(column)s” has %(count)s dates that do not exist, the first “%(value)s” in line %(line)s."),
        _("Correct these cells and import again; until then they count as missing."),
    ),
    "text_in_dates": (
        "warning",
        _("“%(column)s” holds dates, but %(count)s cells are none, the first “%(value)s” in line %(line)s."),
        _("Correct these cells and import again; until then they count as missing."),
    ),
    "far_dates": (
        "warning",
        _("“%(column)s” has %(count)s dates outside of the years 1 to 9999, such as “%(value)s”, which are not read."),
        _("Correct these cells, or leave them empty where they mean that there is no date, and import again."),
    ),
    "unread_short_years": (
        "warning",
        _("“%(column)s” looks like dates whose years have two figures, as in “%(value)s”, and was not read as dates."),
        _(
            "If these are dates, correct the kind of the column to a date: 00 to 68 are then the years 2000 to 2068, "
            "and 69 to 99 are 1969 to 1999."
        ),
    ),
    "partly_dates": (
        "warning",
        _("%(count)s of the %(present)s values of “%(column)s” are dates, as “%(value)s”; it was not read as dates."),
        _("Correct the other cells and import again, or correct the kind to a date: the others then count as missing."),
    ),
    "unread_months": (
        "warning",
        _("“%(column)s” looks like months or quarters, as in “%(value)s”, and was not read as dates."),
        _("If these are months, correct the kind of the column to a date: each is then its first day."),
    ),
    "months": (
        "info",
        _("Months or quarters in “%(column)s”, as in “%(value)s”, were read as their first day."),
        _("Nothing to do."),
    ),
    "short_years": (
        "info",
        _("Years of two figures in “%(column)s”, as in “%(value)s”, were read as 1969 to 2068."),
        _("If another century is meant, write years with four figures and import again."),
    ),
    "since_1970": (
        "info",
        _("Numbers in “%(column)s”, such as %(value)s, were read as %(unit)s since 1970 began, in UTC."),
        _("Nothing to do, unless they count something else: then correct the kind of the column."),
    ),
    "decided_days": (
        "info",
        _("“%(column)s” was read with the %(order)s, as “%(value)s” shows."),
        _("Nothing to do, unless that cell is wrong."),
    ),
    "zones": (
        "info",
        _("“%(column)s” has times of different zones (%(zones)s); all were brought to UTC."),
        _("Nothing to do, unless the hour at the place matters: then write it into a column of its own."),
    ),
    "partly_zoned": (
        "warning",
        _(
            "“%(column)s” has times with a zone (%(zones)s) and %(count)s without one; those without were taken for "
            "UTC."
        ),
        _("Write the zone beside every time and import again, if it is another one."),
    ),
    "zone": (
        "info",
        _("The times of “%(column)s” are of the zone %(zones)s and were brought to UTC."),
        _("Nothing to do: write times with their zone when you use the model."),
    ),
}
# Problems that another kind of the column, or another order, may remedy.
CORRECTABLE = frozenset(
    {
        *("decided_days", "impossible_dates", "open_days", "partly_dates", "since_1970", "text_in_dates"),
        *("unread_months", "unread_short_years"),
    }
)
LOOKED_FOR = {
    "open_days": _("Dates whose day and month could be exchanged."),
    "impossible_dates": _("Dates that do not exist."),
    "text_in_dates": _("Cells among dates that are none."),
    "far_dates": _("Dates outside of the years 1 to 9999."),
    "partly_dates": _("Columns only a part of which are dates."),
    "unread_months": _("Months that were not read as dates."),
    "unread_short_years": _("Dates whose years have two figures."),
    "partly_zoned": _("Times without a zone among times with one."),
}
