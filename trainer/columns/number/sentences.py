"""What an import says of columns of numbers."""

from trainer.importing.sentences import Sentence
from trainer.sentences import gettext_noop as _

SENTENCES: dict[str, Sentence] = {
    "text_in_numbers": (
        "warning",
        _(
            "“%(column)s” holds numbers, but %(count)s cells are text, the first “%(value)s” in line %(line)s "
            "(lines %(lines)s)."
        ),
        _("Correct these cells and import again, or correct the kind of the column; until then they count as missing."),
    ),
    "words_in_numbers": (
        "warning",
        _("“%(column)s” holds numbers, but %(count)s cells say %(values)s; they count as missing."),
        _("If such a word is a value of its own, say it in a column of its own; otherwise leave the cells empty."),
    ),
    "mixed_marks": (
        "warning",
        _(
            "“%(column)s” mixes decimal marks: %(count)s numbers are written as “%(value)s” in line %(line)s (lines "
            "%(lines)s), others as “%(other)s” in line %(other_line)s."
        ),
        _(
            "Write all of them with one mark and import again, or correct the kind to a number with the mark that most "
            "have; numbers with the other one are missing or wrong until then."
        ),
    ),
    "other_mark": (
        "warning",
        _(
            "“%(column)s” seems to hold numbers with another decimal mark than the file, as “%(value)s” in line "
            "%(line)s, and was not read as numbers."
        ),
        _("Correct the kind of the column to a number and choose its decimal mark."),
    ),
    "partly_numbers": (
        "warning",
        _(
            "%(count)s of the %(present)s values of “%(column)s” are numbers, the others are not, as “%(value)s” in "
            "line %(line)s; it was not read as numbers."
        ),
        _("Correct these cells and import again, or correct the kind to a number: the others then count as missing."),
    ),
    "sentinel": (
        "warning",
        _(
            "“%(column)s” is %(value)s in %(count)s rows, far from all its other values, as programs write what is "
            "missing."
        ),
        _(
            "If it means that a value is missing, leave these cells empty and import again: a model takes it for a "
            "measurement."
        ),
    ),
    "mixed_units": (
        "warning",
        _("“%(column)s” holds numbers in different units, such as %(values)s, and was not read as numbers."),
        _(
            "Write all of its numbers in one unit and import again, or correct the kind to have them read without "
            "units."
        ),
    ),
    "units_as_one": (
        "warning",
        _("“%(column)s” holds numbers in different units, such as %(values)s; they were read without them."),
        _("Write all of its numbers in one unit and import again."),
    ),
    "infinite_values": (
        "warning",
        _("“%(column)s” has %(count)s values that are infinite or too large, the first in line %(line)s."),
        _("Correct these cells and import again; until then they count as missing."),
    ),
    "coarse_numbers": (
        "warning",
        _("The values of “%(column)s” differ by little beside their size: models compute in steps of %(step)s there."),
        _("Subtract a constant, for example the smallest value, and import again."),
    ),
    "many_magnitudes": (
        "info",
        _("“%(column)s” goes from %(low)s to %(high)s, and most of its values are small beside the largest."),
        _("As a target, its logarithm is easier to learn: write that into a column of its own before the import."),
    ),
    "codes": (
        "info",
        _("“%(column)s” holds codes such as “%(value)s”, which are kept as they are written and not read as numbers."),
        _("If they are numbers, correct the kind of the column; leading zeros are lost then."),
    ),
    "counts_since_1970": (
        "info",
        _("“%(column)s” holds numbers such as %(value)s, which seem to count %(unit)s since 1970."),
        _("To have the model see year, month, weekday and hour, correct the kind of the column to a date."),
    ),
    "unit": (
        "info",
        _("“%(column)s” is written with %(unit)s, as in “%(value)s”; its numbers are those without it."),
        _("Nothing to do: write numbers in this unit when you use the model."),
    ),
    "negative_parentheses": (
        "info",
        _("Numbers of “%(column)s” in parentheses, as in “%(value)s”, were read as negative ones."),
        _("If they are no negative numbers, write them without parentheses and import again."),
    ),
}
LOOKED_FOR = {
    "text_in_numbers": _("Text among the numbers of a column."),
    "words_in_numbers": _("Words that stand among numbers for what is missing."),
    "mixed_marks": _("Decimal commas and decimal points in one column."),
    "other_mark": _("Numbers with another decimal mark than their file."),
    "partly_numbers": _("Columns only a part of which are numbers."),
    "sentinel": _("Numbers that stand for what is missing."),
    "mixed_units": _("Numbers in different units in one column."),
    "units_as_one": _("Numbers in different units that are to be read as one."),
    "infinite_values": _("Values that are infinite or too large."),
    "coarse_numbers": _("Numbers that differ too little beside their size."),
}
# Problems that another kind of the column may remedy.
CORRECTABLE = frozenset(
    {
        *("codes", "counts_since_1970", "infinite_values", "mixed_marks", "mixed_units", "other_mark"),
        *("partly_numbers", "text_in_numbers", "units_as_one", "words_in_numbers"),
    }
)
