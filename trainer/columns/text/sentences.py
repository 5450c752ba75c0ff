"""What an import says of columns of text."""

from trainer.importing.sentences import Sentence
from trainer.sentences import gettext_noop as _

SENTENCES: dict[str, Sentence] = {
    "only_text": (
        "error",
        _("Besides the target there is only free text to learn from; training on text comes with a later release."),
        _("Until then, add columns with numbers or categories."),
    ),
    "numbers_as_text": (
        "warning",
        _("“%(column)s” holds numbers that the file states to be text, such as “%(value)s”."),
        _("Correct its kind to number, and the decimal mark if need be; until then nothing is learnt from it."),
    ),
    "nested_values": (
        "warning",
        _("“%(column)s” holds lists or objects, such as “%(value)s”, of which nothing is learnt."),
        _("Write the values in them into columns of their own and import again."),
    ),
    "text_column": (
        "info",
        _("“%(column)s” holds free text."),
        _("Nothing is learnt from it yet. If it holds classes or numbers, correct its kind."),
    ),
    "text_identifier": (
        "info",
        _("“%(column)s” has a different text in every row, like an identifier."),
        _("Nothing is learnt from it: it says which row it is, not what the row is like."),
    ),
}
LOOKED_FOR = {
    "nested_values": _("Lists or objects in the cells."),
    "numbers_as_text": _("Numbers that the file states to be text."),
    "only_text": _("Nothing but free text to learn from."),
}
# Problems that another kind of the column may remedy.
CORRECTABLE = frozenset({"text_column", "numbers_as_text"})
