"""What an import says of columns of text."""

from trainer.importing.sentences import Sentence
from trainer.sentences import gettext_noop as _

SENTENCES: dict[str, Sentence] = {
    "numbers_as_text": (
        "warning",
        _("“%(column)s” holds numbers that the file states to be text, such as “%(value)s”."),
        _(
            "Correct its kind to number, and the decimal mark if need be; as text, it is left out unless you choose "
            "it as an input column."
        ),
    ),
    "nested_values": (
        "warning",
        _("“%(column)s” holds lists or objects, such as “%(value)s”."),
        _(
            "Write the values in them into columns of their own and import again; as they are, the column is left out "
            "unless you choose it as an input column."
        ),
    ),
    "lost_letters": (
        "warning",
        _("%(count)s times “%(column)s” holds the character �, which stands for letters that were lost."),
        _(
            "Write the file again, in UTF-8, from where its texts are whole: a program that wrote or changed it did "
            "not know their encoding."
        ),
    ),
    "unseen_characters": (
        "info",
        _("“%(column)s” holds characters that cannot be seen, such as %(characters)s. Samples show them by number."),
        _(
            "Nothing to do if they belong to the texts, as marks of direction do; a model takes each for a character "
            "of its own."
        ),
    ),
    "text_identifier": (
        "info",
        _("“%(column)s” has a different word in every row, like an identifier."),
        _("It is left out unless you choose it as an input column: it says which row it is, not what the row is like."),
    ),
}
LOOKED_FOR = {
    "nested_values": _("Lists or objects in the cells."),
    "numbers_as_text": _("Numbers that the file states to be text."),
    "lost_letters": _("Texts in which letters were lost."),
}
# Problems that another kind of the column may remedy.
CORRECTABLE = frozenset({"numbers_as_text", "nested_values", "text_identifier"})
