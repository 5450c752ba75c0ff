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
CORRECTABLE = frozenset({"open_days", "decided_days", "impossible_dates", "text_in_dates"})
LOOKED_FOR = {
    "open_days": _("Dates whose day and month could be exchanged."),
    "impossible_dates": _("Dates that do not exist."),
    "text_in_dates": _("Cells among dates that are none."),
    "partly_zoned": _("Times without a zone among times with one."),
}
