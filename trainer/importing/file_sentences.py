"""What an inspection says of files that only some formats can give reason to: by code, as in
``trainer.importing.sentences``."""

from trainer.importing.sentences import Sentence
from trainer.sentences import gettext_noop as _

SENTENCES: dict[str, Sentence] = {
    "unstored_formulas": (
        "warning",
        _("%(count)s cells hold formulas whose values are not stored in the file; they count as missing."),
        _("Open the file in Excel or LibreOffice, save it there, and import it again."),
    ),
    "pictures_elsewhere": (
        "warning",
        _("“%(column)s” names pictures, such as “%(value)s”, which are not here."),
        _("To learn from them, pack this table, as CSV or JSON Lines, and the pictures into one ZIP and import that."),
    ),
    "bytes_column": (
        "warning",
        _("“%(column)s” holds bytes, as of pictures or sounds, of which nothing is learnt."),
        _(
            "If they are pictures, save them as files, and import these and a table that names them as one ZIP; "
            "otherwise leave the column out."
        ),
    ),
    "wrong_bytes": (
        "warning",
        _("%(count)s lines hold bytes that are not UTF-8, as all others are; each was read as �: %(lines)s."),
        _("Write these lines again in UTF-8 and import again, if their letters matter."),
    ),
    "unlabelled_texts": (
        "info",
        _("%(count)s texts lie in no folder of a class and were left out: %(names)s."),
        _("To learn from them, put them into folders with the names of their classes."),
    ),
    "unread_texts": (
        "warning",
        _("%(count)s files are longer than %(most)s million bytes, or no text, and were left out: %(names)s."),
        _("Save them as texts in UTF-8, in parts if they are long, and import again."),
    ),
    "other_encodings": (
        "info",
        _("%(count)s texts are not UTF-8; they were read as %(encodings)s: %(names)s."),
        _("Look at the samples: if letters are wrong, save these files as UTF-8 and import again."),
    ),
    "zero_characters": (
        "info",
        _("Texts hold zero characters (U+0000), the first in row %(row)s; each was read as a space."),
        _("Nothing to do, unless another program put them in place of letters: then write the file again."),
    ),
    "merged_cells": (
        "info",
        _("%(count)s merged cells span several rows; each of these rows was given their value."),
        _("Nothing to do, unless a value belongs to the first of its rows alone: then undo the merging there."),
    ),
    "durations": (
        "info",
        _("“%(column)s” holds durations or times of day; its numbers are seconds."),
        _("Nothing to do: write seconds when you use the model."),
    ),
    "rounded_pixels": (
        "info",
        _("Pixel values were rounded to whole numbers from 0 to 255."),
        _("Nothing to do, unless fine differences matter: then spread them over 0 to 255 before the import."),
    ),
    "other_arrays": (
        "info",
        _("%(count)s other arrays were left out: %(names)s."),
        _(
            "Nothing to do, unless one of them belongs to the data: arrays of one table need the same number of rows, "
            "and pictures need one array of labels."
        ),
    ),
}
LOOKED_FOR = {
    "pictures_elsewhere": _("Names of pictures that are not here."),
    "bytes_column": _("Columns of bytes."),
    "unread_texts": _("Files that are too long, or no text."),
    "wrong_bytes": _("Bytes that are not UTF-8 where all others are."),
    "unstored_formulas": _("Formulas without a stored value."),
}
